package xpath

import "strings"

// This file reads paths: every way to name a question, a repeat, a column or a
// list.

// reference reads ${name} and ${last-saved#name}, and the path behind it.
func (p *parser) reference() (Node, error) {
	start := p.at
	if p.byteAt(start+1) != '{' {
		end := start + 1 + len(nameAt(p.source[start+1:]))
		return nil, mistake(p.source, Span{start, end}, CodeReference, p.source[start:end])
	}
	length := strings.IndexByte(p.source[start:], '}')
	if length < 0 {
		return nil, mistake(p.source, Span{start, start + 2}, CodeUnclosed, "${", "}")
	}
	inner := p.source[start+2 : start+length]
	name := strings.TrimFunc(inner, isSpace)
	path := &Path{From: Question, Name: name}
	if rest, saved := strings.CutPrefix(name, "last-saved#"); saved {
		path.From, path.Name = LastSaved, rest
	}
	if !isName(path.Name) {
		at := Span{start, start + length + 1}
		return nil, mistake(p.source, at, CodeReference, shorten(inner))
	}
	from := start + 2 + strings.Index(inner, path.Name)
	path.NameAt = Span{from, from + len(path.Name)}
	path.At = Span{start, start + length + 1}
	p.skip(length + 1)
	return p.after(path)
}

// instance reads instance('list') and the path behind it.
func (p *parser) instance() (Node, error) {
	start := p.at
	bracket := p.open("instance")
	name, ok := Node(nil), false
	if p.peek() == '"' || p.peek() == '\'' {
		var err error
		if name, err = p.text(); err != nil {
			return nil, err
		}
		ok = p.peek() == ')'
	}
	if !ok {
		if p.at == len(p.source) {
			return nil, mistake(p.source, Span{bracket, bracket + 1}, CodeUnclosed, "(", ")")
		}
		return nil, mistake(p.source, Span{start, p.at}, CodeArgument, "instance", aListName)
	}
	list := name.(*Text)
	path := &Path{From: List, Name: list.Value, NameAt: Span{list.At.Start + 1, list.At.End - 1}, At: Span{start, p.at + 1}}
	p.skip(1)
	return p.after(path)
}

// current reads current() and the path behind it.
func (p *parser) current() (Node, error) {
	start := p.at
	bracket := p.open("current")
	if p.at == len(p.source) {
		return nil, mistake(p.source, Span{bracket, bracket + 1}, CodeUnclosed, "(", ")")
	}
	if p.peek() != ')' {
		return nil, p.unexpected(")")
	}
	path := &Path{From: Current, At: Span{start, p.at + 1}}
	p.skip(1)
	if p.peek() != '/' {
		return path, nil
	}
	p.skip(1)
	return p.ups(path)
}

// path reads steps from where the parser stands: "..", "/" or a name.
func (p *parser) path(path *Path) (Node, error) {
	path.At = Span{p.at, p.at}
	if p.peek() == '/' {
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, aSearch)
		}
		path.From = Root
		p.skip(1)
		return p.steps(path)
	}
	return p.ups(path)
}

// ups reads "." and ".." at the beginning of a path and the steps behind them.
func (p *parser) ups(path *Path) (Node, error) {
	for strings.HasPrefix(p.source[p.at:], ".") {
		dots := 1
		if strings.HasPrefix(p.source[p.at:], "..") {
			dots = 2
			path.Up++
		}
		path.At.End = p.at + dots
		p.skip(dots)
		if p.peek() == '[' {
			return nil, p.unsupported(1, aDotCondition)
		}
		if p.peek() != '/' {
			return path, nil
		}
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, aSearch)
		}
		p.skip(1)
	}
	return p.steps(path)
}

// after reads what may follow a named beginning: conditions and steps.
func (p *parser) after(path *Path) (Node, error) {
	var err error
	if path.Filters, err = p.filters(&path.At); err != nil {
		return nil, err
	}
	if p.peek() != '/' {
		return path, nil
	}
	if p.byteAt(p.at+1) == '/' {
		return nil, p.unsupported(2, aSearch)
	}
	p.skip(1)
	return p.steps(path)
}

// steps reads names separated by "/", each with its conditions.
func (p *parser) steps(path *Path) (Node, error) {
	for {
		step := Step{Name: p.name()}
		start := p.at
		switch {
		case strings.HasPrefix(p.source[start:], ".."):
			step.Name = ".."
		case p.peek() == '*':
			return nil, p.unsupported(1, aWildcard)
		case p.peek() == '@':
			return nil, p.unsupported(1, anAttribute)
		case step.Name == "":
			return nil, p.unexpected(aQuestionName)
		case strings.HasPrefix(p.source[start+len(step.Name):], ":"):
			return nil, p.unsupported(len(step.Name)+1, aColonName)
		case p.called(step.Name):
			return nil, p.unsupported(len(step.Name), aPathFunction)
		}
		step.At = Span{start, start + len(step.Name)}
		path.At.End = step.At.End
		p.skip(len(step.Name))
		var err error
		if step.Filters, err = p.filters(&path.At); err != nil {
			return nil, err
		}
		path.Steps = append(path.Steps, step)
		if p.peek() != '/' {
			return path, nil
		}
		if p.byteAt(p.at+1) == '/' {
			return nil, p.unsupported(2, aSearch)
		}
		p.skip(1)
	}
}

// filters reads the conditions in brackets at this place and moves the end of at
// behind them.
func (p *parser) filters(at *Span) ([]Node, error) {
	var found []Node
	for p.peek() == '[' {
		bracket := p.at
		p.skip(1)
		f, err := p.inside("[", "]", bracket)
		if err != nil {
			return nil, err
		}
		at.End = p.at + 1
		p.skip(1)
		found = append(found, f)
	}
	return found, nil
}
