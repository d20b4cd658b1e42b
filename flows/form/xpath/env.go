package xpath

import (
	"math/rand/v2"
	"time"
)

// An Env is what an expression sees of the form that is being filled in, from
// the question it belongs to and, inside a repeat, from the instance of that
// question. It must give the same answers for as long as one evaluation takes.
// Errors of an Env end the evaluation and come back from it wrapped.
type Env interface {
	// Answers gives what path means from here: the answer of a question as one
	// text ("" where it is unanswered or not relevant), of a question in a repeat
	// that the expression does not stand in as one text for every instance, and of
	// a repeat one text for every instance. The path is from Question, Here, Current
	// or Root and holds no conditions in brackets; [Path.Question] gives the name
	// that decides. at holds the instances that are asked for, by indexed-repeat or
	// because a condition picked them, outermost first; it is empty otherwise. An
	// instance that does not exist gives no text at all.
	Answers(path *Path, at []Index) ([]string, error)

	// Self is the answer at which the expression stands, the "." of a constraint:
	// the one that is being given and not yet kept.
	Self() (string, error)

	// Position is the number, from 1, of the instance that path stands for, as in
	// position(..) and position(${repeat}). What is no repeat has the position 1.
	Position(path *Path) (int, error)

	// Column is the value of a bare name, as in a choice_filter: the column of the
	// choice that is being looked at. false means that there is no such column.
	Column(name string) (string, bool)

	// Rows are the choices of a list or the rows of a file, for instance('list')
	// and pulldata. They are in the order of the workbook.
	Rows(list string) ([]Row, error)

	// Label is the label that the choice with this name has at a question, in the
	// language of who answers, for jr:choice-name. "" means that there is none.
	Label(question, choice string) (string, error)

	// Clock is the time of this evaluation.
	Clock() Clock

	// Random is the source for random, uuid and randomize. Whoever needs a second
	// evaluation to give the same seeds it alike.
	Random() *rand.Rand
}

// An Index is the instance Number, counted from 1, of a repeat.
type Index struct {
	Repeat *Path
	Number int
}

// A Row is one choice of a list, or one row of a file, by the names of its
// columns. "name" and "label" are the columns that every list of choices has.
type Row interface {
	Column(name string) (string, bool)
}

// A Clock is the time as an expression sees it. Its zero value is the first
// moment of the year 1 in UTC.
type Clock struct {
	// Now is what now() and, by its date in Zone, today() give.
	Now time.Time

	// Zone is where dates and times without an offset are meant, and in which they
	// are written. nil means UTC.
	Zone *time.Location

	// WebForms computes as ODK Web Forms does where that differs from JavaRosa, the
	// engine of ODK Collect, so that the cases of both projects can be tested: days
	// begin at midnight in UTC instead of in Zone, which leaves a date without a time
	// no whole number; date keeps the time of a number of days, and what is no date
	// is no mistake; round takes halves away from zero.
	WebForms bool

	// Months and Weekdays are the short names that format-date writes for %b and
	// %a, from January and from Sunday. Empty ones mean English, as JavaRosa has.
	Months, Weekdays []string
}
