// Package results turns what was answered to a campaign into figures, pictures and
// files for staff, outside of any transaction: its works are done by bot/tasks, and
// by commands.
package results

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sort"

	"chihai/flows/form"
	"chihai/store"
)

// A Reading is the responses of a campaign as they were at one moment. They can be
// gone through several times, and are the same each time, but for those that were
// deleted or changed meanwhile; what was sent or released later is left out.
//
// They are read in short transactions, so that however many there are neither the
// database nor the memory is held for long.
type Reading struct {
	Campaign *store.Campaign
	Form     *store.Form
	Forms    []*form.Form // its versions; the first one is number 1
	Number   int          // how many responses there were
	Names    bool         // rows say who it was, as far as responses tell; it takes time

	store *store.Store
	last  string // the last one, where ids follow the time
	ids   []byte // all of them, one behind the other, where ids follow nothing: those of an anonymous campaign
}

// A Row is one response, with the names of people as they are now: those who were
// deleted have none.
type Row struct {
	*store.Response // without its Answers
	Given           *form.Response
	Who, Code       string // with Names: of a campaign by name hers; by pseudonym the pseudonym as Code
	ByName          string // of who entered it for her
}

const (
	// readRows is how many responses are read in one transaction, and readBytes how
	// many bytes of answers at most.
	readRows  = 500
	readBytes = 4 << 20
	// aheadBatches is how many batches are read while others are written.
	aheadBatches = 2
)

// Read notes which responses the campaign has now. It returns [store.ErrNotFound]
// when there is no such campaign.
func Read(ctx context.Context, s *store.Store, campaign string) (*Reading, error) {
	r := &Reading{store: s}
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		if r.Campaign, err = tx.Campaign(campaign); err != nil {
			return err
		}
		if r.Form, err = tx.Form(r.Campaign.Form); err != nil {
			return err
		}
		r.Forms = nil
		for v, err := range tx.FormVersions(r.Form.ID) {
			if err != nil {
				return err
			}
			content, err := tx.FormContent(v)
			if err != nil {
				return fmt.Errorf("version %d of the form: %w", v.Number, err)
			}
			f, err := form.Decode(content)
			if err != nil {
				return fmt.Errorf("version %d of the form: %w", v.Number, err)
			}
			r.Forms = append(r.Forms, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for from, more := "", true; more; {
		var found []string
		err := s.View(ctx, func(tx *store.Tx) error {
			found, more = found[:0], false
			for id, err := range tx.ResponseIDs(campaign, from) {
				if err != nil {
					return err
				}
				if more = len(found) == 20*readRows; more {
					break
				}
				found = append(found, id)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			break
		}
		r.Number += len(found)
		r.last = found[len(found)-1]
		from = behind(r.last)
		if r.Campaign.Mode == store.Anonymous {
			for _, id := range found {
				r.ids = append(r.ids, id...)
			}
		}
	}
	return r, nil
}

// behind is where those begin that come after id: all ids are of one length.
func behind(id string) string { return id + "0" }

// Rows yields the first n of the responses; those of an anonymous campaign in no
// order, which is the same each time. It ends with the error of ctx when that ends.
func (r *Reading) Rows(ctx context.Context, n int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		sealed, batches := make(chan batch, aheadBatches), make(chan batch, aheadBatches)
		defer func() {
			stop()
			for range batches { // until those who read have ended
			}
		}()
		go func() { // reading and decoding take as long as one another
			defer close(sealed)
			r.read(ctx, n, sealed)
		}()
		go func() {
			defer close(batches)
			for b := range sealed {
				r.decode(&b)
				batches <- b
			}
		}()
		for b := range batches {
			if err := ctx.Err(); err != nil { // what was read ahead is not wanted any more
				yield(Row{}, err)
				return
			}
			for _, row := range b.rows {
				if !yield(row, nil) {
					return
				}
			}
			if b.err != nil {
				yield(Row{}, b.err)
				return
			}
		}
	}
}

type batch struct {
	rows []Row
	err  error
}

// read reads the first n responses, a batch after the other, with their answers as
// they are kept.
func (r *Reading) read(ctx context.Context, n int, out chan<- batch) {
	from, left := "", min(n, r.Number)
	for left > 0 && from <= r.last {
		var b batch
		var found []Row
		var next string
		b.err = r.store.View(ctx, func(tx *store.Tx) error {
			found, next = found[:0], behind(r.last)
			size := 0
			for resp, err := range tx.Responses(r.Campaign.ID, from) {
				if err != nil {
					return err
				}
				if resp.ID > r.last {
					return nil
				}
				if !r.holds(resp.ID) {
					continue
				}
				row := Row{Response: resp}
				if r.Names {
					if err := row.name(tx); err != nil {
						return err
					}
				}
				found = append(found, row)
				size += len(resp.Answers)
				if len(found) == min(readRows, left) || size > readBytes {
					next = behind(resp.ID)
					return nil
				}
			}
			return nil
		})
		from = next
		b.rows = found
		left -= len(b.rows)
		if b.err == nil {
			b.err = ctx.Err() // a batch that was read before it ended is enough
		}
		out <- b // whoever stops reading drains it
		if b.err != nil {
			return
		}
	}
}

// decode understands the answers of b. When those of one cannot be understood, the
// rows before it are left.
func (r *Reading) decode(b *batch) {
	for i := range b.rows {
		row := &b.rows[i]
		var err error
		if row.Version < 1 || row.Version > len(r.Forms) {
			err = fmt.Errorf("version %d of the form is not known", row.Version)
		} else {
			row.Given, err = form.DecodeResponse(row.Answers)
		}
		if err != nil {
			b.rows, b.err = b.rows[:i], fmt.Errorf("response %s: %w", row.ID, err)
			return
		}
		row.Answers = nil
	}
}

// holds says whether the response was there when r was made.
func (r *Reading) holds(id string) bool {
	if r.Campaign.Mode != store.Anonymous {
		return true
	}
	at := func(i int) []byte { return r.ids[i*len(id) : (i+1)*len(id)] }
	i := sort.Search(r.Number, func(i int) bool { return string(at(i)) >= id })
	return i < r.Number && string(at(i)) == id
}

// name finds out who it was, as far as the response tells.
func (row *Row) name(tx *store.Tx) error {
	row.Code = row.Pseudonym
	if row.Member != "" {
		m, err := tx.Member(row.Member)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			row.Who, row.Code = m.Name, m.Code
		}
	}
	if row.By == "" {
		return nil
	}
	m, err := tx.Member(row.By)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil {
		row.ByName = m.Name
	}
	return nil
}
