package flows

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"chihai/locales"
	"chihai/store"
)

// This file is what a broadcast says to one of its recipients.

// The words in braces that the text of a broadcast may hold. Each stands for
// something else with every recipient.
const (
	NameVariable     = "name"     // her given name
	TrainingVariable = "training" // what [store.Broadcast.Training] is called, in her language
	DateVariable     = "date"     // on which day it begins
	TimeVariable     = "time"     // and when
)

const (
	// MaxBroadcast is how long the text of a broadcast may be, in UTF-16 units:
	// with what stands before it, it is shown by one call of any network, so that
	// the rates hold.
	MaxBroadcast = 3500
	// MaxBroadcastCaption is the same for one that goes with a file.
	MaxBroadcastCaption = 900
)

// ErrNoValue says that a broadcast holds a word in braces for which there is
// nothing to say. It is wrapped with the word.
var ErrNoValue = errors.New("nothing is known for it")

// ErrLongBroadcast says that the text of a broadcast is longer than
// [MaxBroadcast], or [MaxBroadcastCaption].
var ErrLongBroadcast = errors.New("text is too long")

var variable = regexp.MustCompile(`\{[^{}\n]*\}`)

// BroadcastVariables returns the words in braces that a text holds, without
// them, each once.
func BroadcastVariables(text string) (names []string) {
	for _, v := range variable.FindAllString(text, -1) {
		if name := strings.Trim(v, "{}"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// CheckBroadcast looks whether what b says can be said, whoever it is said to.
// It returns [ErrLongBroadcast], or [ErrNoValue] for a word in braces that is
// none of the variables or that needs a training when there is none. Whether
// every name is known it does not say: see [store.AudienceCount].
func CheckBroadcast(b *store.Broadcast) error {
	most := MaxBroadcast
	if b.File != "" {
		most = MaxBroadcastCaption
	}
	for _, text := range b.Text {
		if len(utf16.Encode([]rune(text))) > most {
			return ErrLongBroadcast
		}
		for _, name := range BroadcastVariables(text) {
			known := name == NameVariable
			if b.Training != "" {
				known = known || name == TrainingVariable || name == DateVariable || name == TimeVariable
			}
			if !known {
				return fmt.Errorf("{%s}: %w", name, ErrNoValue)
			}
		}
	}
	return nil
}

// Together says whether who passes the broadcast on to several gets one message
// for all of them: its text is the same for each.
func Together(b *store.Broadcast) bool {
	for _, text := range b.Text {
		if slices.Contains(BroadcastVariables(text), NameVariable) {
			return false
		}
	}
	return true
}

// FillBroadcast is the text of b for m, in the language of p, with training as
// [store.Broadcast.Training]; nil: it has none. It returns [ErrNoValue] when
// something in braces is not known of her.
func FillBroadcast(p *locales.Printer, zone *time.Location, b *store.Broadcast, m *store.Member, training *store.Training) (string, error) {
	var missing error
	text := variable.ReplaceAllStringFunc(b.Text.In(p.Language), func(v string) string {
		value := ""
		switch name := strings.Trim(v, "{}"); {
		case name == NameVariable:
			value = givenName(m.Name)
		case training == nil:
		case name == TrainingVariable:
			value = training.Name.In(p.Language)
		case name == DateVariable:
			value = p.Date(training.Start.In(zone))
		case name == TimeVariable:
			value = p.Clock(training.Start.In(zone))
		}
		if value == "" && missing == nil {
			missing = fmt.Errorf("%s: %w", v, ErrNoValue)
		}
		return value
	})
	return text, missing
}

// letterText is what b says about m in the language to somebody who is addressed
// as you, and how to stop it.
func (e *Engine) letterText(tx *store.Tx, b *store.Broadcast, language, you string, m *store.Member, training *store.Training) (string, error) {
	if b.Text[language] == "" {
		language = locales.Source // so that the date is in the language of the rest
	}
	p := e.catalog.In(language, you)
	text, err := FillBroadcast(p, e.opt.Zone, b, m, training)
	if err != nil {
		return text, err
	}
	facts, err := invitationFacts(tx, p, e.opt.Zone, b)
	return documentHead(p, b) + invitationHead(p, b) + text + facts + "\n\n" + p.T("broadcast.letter_end"), err
}

// Letter makes the message of b to a member through the contact c, where relay
// reads it; nil: she does so herself. Others are those to whom relay passes it
// on as well. It returns [ErrNoValue]; lane, report and end are the caller's.
func (e *Engine) Letter(tx *store.Tx, b *store.Broadcast, c *store.Contact, relay, m *store.Member, others []*store.Member) (*store.Message, error) {
	reader := m
	if relay != nil {
		reader = relay
	}
	var training *store.Training
	if b.Training != "" {
		var err error
		if training, err = tx.Training(b.Training); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	text, err := e.letterText(tx, b, reader.Language, reader.Address, m, training)
	if err != nil {
		return nil, err
	}
	whom := *m
	for _, o := range others {
		whom.Name += ", " + o.Name
	}
	if head := e.forWhom(c, reader, &whom); head != "" {
		text = head + "\n\n" + text
	}
	letter := &store.Message{
		Contact: c.ID, Member: reader.ID, Channel: c.Channel, Address: c.Address, Lane: b.Lane, Text: text, File: b.File,
	}
	addDocument(e.printer(reader), letter, b, m.ID)
	if relay == nil {
		addInvitation(e.printer(reader), letter, b, m.ID)
	} else if b.Campaign != "" {
		letter.Text += "\n" + e.printer(reader).T("campaign.letter_relay")
	}
	return letter, nil
}
