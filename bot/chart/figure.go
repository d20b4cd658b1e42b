package chart

import (
	"cmp"
	"slices"

	"chihai/flows/form/tally"
)

// Of is the chart of one question.
func Of(w tally.Words, f *tally.Figure) Chart {
	c := Chart{Title: w.Question(f.Question), Base: w.Base(f), Rest: rest(w)}
	if f.Kind == tally.Nothing {
		return c
	}
	var g Group
	kept := largest(f.Bars)
	unsure := false
	for i, b := range f.Bars {
		if kept != nil && !kept[i] {
			continue
		}
		bar := Bar{Label: w.Bar(f, b), Value: w.Value(f, b)}
		switch {
		case b.Hidden:
		case f.Kind == tally.Shares:
			bar.Low, bar.High = float64(b.Share), float64(b.Share)
		default:
			bar.Low, bar.High = float64(b.People.Low), float64(b.People.High)
			unsure = unsure || !b.People.Exact()
		}
		g.Bars = append(g.Bars, bar)
	}
	if kept != nil {
		g.Bars = append(g.Bars, Bar{Label: w.T("figure.rest", "n", len(f.Bars)-len(kept))})
	}
	if f.Left.High > 0 {
		g.Bars = append(g.Bars, Bar{Label: w.T("figure.left"), Value: w.People(f.Left)})
	}
	c.Groups = []Group{g}
	if unsure {
		c.Notes = append(c.Notes, w.T("figure.legend_span"))
	}
	c.Notes = append(c.Notes, w.Notes(f)...)
	return c
}

// OfCross is the chart of two questions: a group for each row.
func OfCross(w tally.Words, x *tally.Cross) Chart {
	c := Chart{Title: w.T("figure.cross", "rows", w.Question(x.Rows.Question), "columns", w.Question(x.Columns.Question)), Rest: rest(w)}
	if x.Kind == tally.Nothing {
		c.Base = w.T("figure.cross_nothing", "most", tally.Few)
		return c
	}
	c.Base = w.Base(x.Rows)
	table := w.Table(x)
	head := table[0]
	unsure := false
	for i, row := range table[1:] {
		g := Group{Heading: w.T("figure.line", "label", row[0], "value", row[len(row)-1])}
		for j, s := range x.Cells[i] {
			b := Bar{Label: head[1+j], Value: row[1+j]}
			if !s.Small() {
				b.Low, b.High = float64(s.Low), float64(s.High)
				unsure = unsure || !s.Exact()
			}
			g.Bars = append(g.Bars, b)
		}
		c.Groups = append(c.Groups, g)
	}
	if unsure {
		c.Notes = append(c.Notes, w.T("figure.legend_span"))
	}
	c.Notes = append(c.Notes, w.Notes(x.Columns)...)
	return c
}

func rest(w tally.Words) func(int) string {
	return func(n int) string { return w.T("figure.rest", "n", n) }
}

// largest are the bars to show of more than MostBars, by what is said of them alone; nil: all.
func largest(bars []tally.Bar) map[int]bool {
	if len(bars) <= MostBars {
		return nil
	}
	order := make([]int, len(bars))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(bars[b].People.Middle(), bars[a].People.Middle()), cmp.Compare(bars[b].Share, bars[a].Share))
	})
	kept := map[int]bool{}
	for _, i := range order[:MostBars] {
		kept[i] = true
	}
	return kept
}
