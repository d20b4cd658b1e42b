// Package responses writes the answers of a questionnaire as files for whoever analyses them: CSV, Excel,
// SPSS, Stata and JSON. It knows no store: whoever calls hands over the responses one after the other,
// and no more than one of them is held.
//
// The layout is KoboToolbox's (github.com/kobotoolbox/formpack): columns are named group/question; a
// select_multiple has a summary column and one of 0 and 1 for each choice; a repeat is a table of its own,
// joined by _index and _parent_index; the versions of a form are united in the order of the newest one;
// what nobody was asked stands at the end. Three things differ, for the sake of whoever counts:
//
//   - A blank means that the question was not asked, and nothing else does. A question that was skipped
//     has the code -97, one that she did not want to answer -98; in SPSS they count as missing, in Stata
//     they are .s and .r, with labels they are words. Where an answer is text they are the texts -97 and
//     -98, in SPSS declared as missing too. A number that somebody truly gave as -97 looks the same.
//   - A choice that a version did not have yet is blank in its responses, not 0.
//   - A rank has its choices in order, and a column for each with its place.
//
// CSV knows one table: with repeats it is a zip of one file for each, and so are SPSS and Stata. A workbook
// has the codebook and what became of the form on sheets of their own. JSON holds the rows of a repeat
// inside of the row that they belong to.
//
// A free text of CSV that begins as a formula has an apostrophe in front; no other format needs one.
//
// # Anonymous campaigns
//
// Of these leave: the day, the version and the way of answering; no id, language, channel, area, duration
// and nobody's name. The moments of beginning and ending, what a telephone tells of itself, and whatever
// is computed from these or from the time of day are not even columns.
//
// # To add a format
//
// A constant in [Format], a file write_<format>.go with one function, and a line in [Write].
package responses

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"chihai/flows/form"
	"chihai/locales"
)

// A Dataset is the responses to one form.
type Dataset struct {
	Name      string       // of the main table, such as the form's id
	Title     string       // of the questionnaire; may be empty
	Forms     []*form.Form // its versions, the oldest first; at least one
	Anonymous bool
	Named     bool           // it is known who answered
	Zone      *time.Location // of the times that are written; nil means UTC

	// Made is the time that files bear as theirs.
	Made time.Time

	// Rows goes through the responses. It is called several times, for SPSS and Stata once to measure and
	// once for each table, and must give the same rows in the same order each time. A row may be used
	// again for the next one. An error ends the file.
	Rows func() iter.Seq2[*Row, error]
}

// A Row is one response with what is known around it. Of an anonymous campaign only Response, Version,
// Submitted and Mode are read.
type Row struct {
	ID        string // under which it is kept
	Response  *form.Response
	Version   int // of its form among the Forms
	Submitted time.Time
	Language  string // in which she answered at the end, such as "vi"
	Channel   string
	Mode      string // how it came about: by herself, on her behalf, from paper
	By        string // who entered it on her behalf; empty: nobody
	Who       string // of a campaign by name: who answered
	Code      string // hers, or what stands in the place of her
	Area      string
}

// A Format is a kind of file.
type Format string

// The formats, by the endings of their files.
const (
	CSV   Format = "csv"
	XLSX  Format = "xlsx"
	SPSS  Format = "sav"
	Stata Format = "dta"
	JSON  Format = "json"
)

// Options say how the file is to be.
type Options struct {
	Format    Format
	Labels    bool             // CSV, Excel, JSON: labels instead of codes; SPSS and Stata always have both
	Semicolon bool             // CSV: as Excel expects it where the decimal sign is a comma
	Words     *locales.Printer // speaks the language of labels and headings; never nil
}

// Progress tells how far a file is.
type Progress struct {
	Pass, Passes int // the responses are gone through several times; the number may yet grow by one
	Rows         int // of this pass
}

// Ending is how the name of the file ends, without a point: "zip" where the format knows one table and
// the form has several.
func Ending(d *Dataset, o Options) string {
	if o.Format == CSV || o.Format == SPSS || o.Format == Stata {
		for _, f := range d.Forms {
			for it := range f.All() {
				if it.Repeat != nil {
					return "zip"
				}
			}
		}
	}
	return string(o.Format)
}

// Write writes the file. It ends with the context's error soon after the context ends; what is written
// then, and after any other error, is no whole file. progress may be nil; it is called now and then, on
// the goroutine of the caller.
func Write(ctx context.Context, out io.Writer, d *Dataset, o Options, progress func(Progress)) error {
	if len(d.Forms) == 0 {
		return fmt.Errorf("write responses to %s: no version of the form", d.Name)
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	w := &writing{ctx: ctx, dataset: d, options: o, words: o.Words, zone: d.Zone, tell: progress, counts: map[string]int{}}
	if w.zone == nil {
		w.zone = time.UTC
	}
	w.tables = w.layout()
	var err error
	switch o.Format {
	case CSV:
		err = w.csv(out)
	case XLSX:
		err = w.xlsx(out)
	case SPSS:
		err = w.spss(out)
	case Stata:
		err = w.stata(out)
	case JSON:
		err = w.json(out)
	default:
		err = fmt.Errorf("unknown format %q", o.Format)
	}
	if err != nil {
		return fmt.Errorf("write responses to %s as %s: %w", d.Name, o.Format, err)
	}
	return nil
}

// A writing is a file under way.
type writing struct {
	ctx     context.Context
	dataset *Dataset
	options Options
	words   *locales.Printer
	zone    *time.Location
	tell    func(Progress)
	tables  []*table // the main one first, each before those inside of it

	at     Progress
	counts map[string]int // instances of the repeats of the present response, by path
	record record         // of the main table
	cells  []cell         // of the present row
	found  []string       // choices of the present answer
}

// errVersion is that of a row whose version is none of the form's.
var errVersion = errors.New("a response to a version that the form does not have")
