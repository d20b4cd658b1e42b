package xpath

import (
	"fmt"
	"strings"
)

// This file holds the functions on choices and on lists of them.

// selected reports whether a choice is among those of an answer, which stand
// there separated by spaces; JavaRosa trims the choice, not the answer.
func selected(_ *evaluation, _ *Call, args []Value) (Value, error) {
	return truthValue(isSelected(args[0].String(), args[1].String())), nil
}

func isSelected(answer, choice string) bool {
	choice = strings.TrimFunc(choice, isSpace)
	if choice == "" {
		return answer == "" || strings.Contains(" "+answer+" ", "  ")
	}
	for from := 0; ; {
		i := strings.Index(answer[from:], choice)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(choice)
		if (start == 0 || answer[start-1] == ' ') && (end == len(answer) || answer[end] == ' ') {
			return true
		}
		from = start + 1
	}
}

// selectedAt is the choice at a place counted from 0, "" where there is none.
func selectedAt(ev *evaluation, _ *Call, args []Value) (Value, error) {
	at, i := args[1].Number(ev.clock), 0
	for choice := range strings.FieldsSeq(args[0].String()) {
		if float64(i) <= at && at < float64(i+1) {
			return textValue(choice), nil
		}
		i++
	}
	return textValue(""), nil
}

func countSelected(_ *evaluation, _ *Call, args []Value) (Value, error) {
	n := 0
	for range strings.FieldsSeq(args[0].String()) {
		n++
	}
	return numberValue(float64(n)), nil
}

// choiceName is the label of a choice. The question is named by a path or, as
// pyxform wants it, by its reference in quotation marks.
func choiceName(ev *evaluation, n *Call) (Value, error) {
	if m := checkChoiceName(ev.expr, n); m != nil {
		return Value{}, m
	}
	question, _ := choiceQuestion(n)
	choice, err := ev.eval(n.Args[0])
	if err != nil {
		return Value{}, err
	}
	if choice.String() == "" {
		return textValue(""), nil
	}
	label, err := ev.env.Label(question, choice.String())
	if err != nil {
		return Value{}, fmt.Errorf("label of a choice of %s: %w", question, err)
	}
	return textValue(label), nil
}

// choiceQuestion is the question that jr:choice-name is given.
func choiceQuestion(n *Call) (string, bool) {
	switch arg := n.Args[1].(type) {
	case *Path:
		return arg.Question()
	case *Text:
		if question, ok := arg.Question(); ok {
			return question, true
		}
		last := arg.Value[strings.LastIndexByte(arg.Value, '/')+1:]
		return last, isName(last)
	}
	return "", false
}

func checkChoiceName(e *Expr, n *Call) *Error {
	if _, ok := choiceQuestion(n); !ok {
		return e.mistake(n.Args[1].Place(), CodeArgument, n.Name, aChoiceQuestion)
	}
	return nil
}

// pullData looks up pulldata('file', 'column', 'key column', key): the column of
// the first row whose key is that one.
func pullData(ev *evaluation, n *Call, args []Value) (Value, error) {
	list, column, key, wanted := args[0].String(), args[1].String(), args[2].String(), args[3].String()
	rows, err := ev.env.Rows(list)
	if err != nil {
		return Value{}, fmt.Errorf("rows of %s: %w", ev.source(n.Args[0]), err)
	}
	for _, row := range rows {
		if text, ok := row.Column(key); ok && text == wanted {
			found, ok := row.Column(column)
			if !ok {
				return Value{}, ev.expr.mistake(n.Args[1].Place(), CodeColumn, ev.source(n.Args[1]))
			}
			return textValue(found), nil
		}
	}
	return textValue(""), nil
}
