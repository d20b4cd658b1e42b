package results

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"chihai/bot/chart"
	"chihai/bot/paper"
	"chihai/flows"
	"chihai/flows/form/tally"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Works are what staff ask for of the responses to a campaign. Its methods are works
// of bot/tasks.
type Works struct {
	Catalog *locales.Catalog
	Zone    *time.Location
	Fonts   func() (*paper.Fonts, error) // loads the letters of pictures; called for each, and remembers them itself
}

// fileTime is for how long a file that was made for somebody is kept. It is sent at
// once; what is left is for a network that cannot be reached.
const fileTime = 24 * time.Hour

// Figure counts the answers to a question, or to two, and draws them. It returns a
// [flows.FigureResult].
func (w *Works) Figure(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.FigureAsk
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	allowed, err := mayRead(ctx, s, task.Member, ask.Campaign)
	if err != nil || !allowed {
		return nothing(err, flows.FigureResult{})
	}
	r, err := Read(ctx, s, ask.Campaign)
	if err != nil {
		return nil, err
	}
	var tree *store.AreaTree
	err = s.View(ctx, func(tx *store.Tx) (err error) { tree, err = tx.Areas(); return err })
	if err != nil {
		return nil, err
	}
	newest := r.Forms[r.Campaign.Version-1]
	words := tally.Words{Printer: w.Catalog.In(ask.Language, ""), Form: newest, Area: areaNames(tree)}
	var lines []string
	var picture *chart.Chart
	if ask.Columns == "" {
		lines, picture, err = w.one(ctx, r, words, ask.Question)
	} else {
		lines, picture, err = w.two(ctx, r, words, tally.Pair{Rows: ask.Question, Columns: ask.Columns}, tree)
	}
	if errors.Is(err, tally.ErrUnknown) || errors.Is(err, tally.ErrCrossed) {
		return json.Marshal(flows.FigureResult{}) // the form has another version now
	}
	if err != nil {
		return nil, err
	}
	made := flows.FigureResult{Lines: lines}
	if picture != nil {
		fonts, err := w.Fonts()
		if err != nil {
			return nil, err
		}
		data, err := chart.NewPainter(fonts).PNG(*picture)
		if err != nil {
			return nil, err
		}
		if made.Picture, err = keep(ctx, s, task.Member, store.File{Name: "bieu-do.png", Type: "image/png"}, data); err != nil || made.Picture == "" {
			return nothing(err, flows.FigureResult{})
		}
	}
	return json.Marshal(made)
}

func (w *Works) one(ctx context.Context, r *Reading, words tally.Words, question string) ([]string, *chart.Chart, error) {
	counts, err := tally.Count(words.Form, r.entries(ctx, nil))
	if err != nil {
		return nil, nil, err
	}
	f := counts.Figure(question)
	if f == nil {
		return nil, nil, tally.ErrUnknown
	}
	lines := words.Lines(f)
	if f.Kind == tally.Nothing {
		return lines, nil, nil
	}
	picture := chart.Of(words, f)
	return lines, &picture, nil
}

func (w *Works) two(ctx context.Context, r *Reading, words tally.Words, pair tally.Pair, tree *store.AreaTree) ([]string, *chart.Chart, error) {
	counts, err := tally.Count(words.Form, r.entries(ctx, tree), pair)
	if err != nil {
		return nil, nil, err
	}
	x := counts.Cross(pair)
	if x == nil {
		return nil, nil, tally.ErrUnknown
	}
	lines := words.CrossLines(x)
	if x.Kind == tally.Nothing {
		return lines, nil, nil
	}
	picture := chart.OfCross(words, x)
	return lines, &picture, nil
}

// entries are the responses of which figures may be made now; with a tree, where
// those live who gave them. An anonymous campaign has released them in lots
// already; of another one figures change after every few responses, so that
// nobody subtracts the latest one.
func (r *Reading) entries(ctx context.Context, tree *store.AreaTree) iter.Seq2[tally.Entry, error] {
	n := r.Number
	if r.Campaign.Mode != store.Anonymous {
		n = n / tally.Few * tally.Few
	}
	return func(yield func(tally.Entry, error) bool) {
		for row, err := range r.Rows(ctx, n) {
			if err != nil {
				yield(tally.Entry{}, err)
				return
			}
			e := tally.Entry{Response: row.Given}
			if tree != nil {
				e.Area = commune(tree, row.Area)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// commune is the code of the commune in which the unit lies; of what is not below
// one its own.
func commune(tree *store.AreaTree, code string) string {
	for a := tree.Area(code); a != nil; a = tree.Area(a.Parent) {
		if top := tree.Area(a.Parent); top == nil || top.Parent == "" {
			return a.Code
		}
	}
	return code
}

func areaNames(tree *store.AreaTree) func(string) string {
	return func(code string) string {
		if a := tree.Area(code); a != nil {
			return a.Name
		}
		return code
	}
}

// mayRead says whether the member is staff for the area of the campaign now; not
// only when she asked, as a role may have ended since.
func mayRead(ctx context.Context, s *store.Store, member, campaign string) (may bool, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		may = false
		c, err := tx.Campaign(campaign)
		if err != nil {
			return err
		}
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		grants, err := tx.Grants(m)
		if err != nil {
			return err
		}
		tree, err := tx.Areas()
		if err != nil {
			return err
		}
		may = slices.ContainsFunc(grants, func(g *store.Grant) bool {
			return (g.Role == store.Staff || g.Role == store.Admin) && tree.Within(c.Area, g.Area)
		})
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return may, err
}

// nothing is the result of a work that made nothing.
func nothing(err error, empty any) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(empty)
}

// keep puts a file for the member into the store and returns its id, empty when she
// was deleted meanwhile.
func keep(ctx context.Context, s *store.Store, member string, f store.File, data []byte) (id string, err error) {
	err = s.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Member(member); err != nil {
			return err
		}
		made := f
		made.Member, made.Expires = member, tx.Now.Add(fileTime)
		if err := tx.PutFile(&made, data); err != nil {
			return err
		}
		id = made.ID
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", f.Name, err)
	}
	return id, nil
}
