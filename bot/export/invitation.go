package export

import (
	"io"
	"strings"
	"time"

	"chihai/bot/paper"
	"chihai/locales"
)

// An Invitation is a giấy mời: it asks people to an event, each by name.
type Invitation struct {
	Letterhead
	Guests     []InvitedGuest // each gets a paper
	Event      string         // official name
	Code       string         // of the event, for the name of the file
	Start      time.Time
	End        time.Time
	Place      string
	Agenda     string   // may be empty
	Substitute bool     // who cannot come may send somebody
	Contact    string   // whom to answer or to ask; may be empty
	Copies     []string // who else gets the paper (nơi nhận); may be empty
	Signer     Signer
}

// An InvitedGuest is one of those to whom an [Invitation] goes.
type InvitedGuest struct {
	Name    string    // as she is addressed, such as "Bà Thạch Thị Đào, Chi hội trưởng"
	ReplyBy time.Time // when she is asked to answer, in the zone in which it is said; zero: no answer is asked for
}

// Name is what the file of the invitation is called.
func (v *Invitation) Name() string { return "giay-moi-" + v.Code + ".pdf" }

// PDF writes the invitation to w, a paper on A4 for each guest, one after the
// other. Without guests there is one with dots to write a name on.
func (v *Invitation) PDF(w io.Writer, p *locales.Printer, fonts *paper.Fonts) error {
	title := p.T("paper.invitation")
	doc := paper.New(fonts, v.about(title+": "+v.Event, p))
	guests := v.Guests
	if len(guests) == 0 {
		guests = []InvitedGuest{{Name: strings.Repeat("…", 30)}}
	}
	for _, guest := range guests {
		s := newOfficial(doc, paper.A4, p)
		s.head(&v.Letterhead, true)
		s.Skip(10)
		s.Text(title, paper.Style{Size: 15, Bold: true, Align: paper.Center})
		s.Text(v.Event, paper.Style{Size: 14, Bold: true, Align: paper.Center})
		s.Skip(14)
		v.body(s, guest)
		s.Skip(16)
		s.foot(v.copies(s), "", v.Signer)
		s.number()
	}
	_, err := doc.WriteTo(w)
	return err
}

// body is the letter to one guest.
func (v *Invitation) body(s *official, guest InvitedGuest) {
	p := s.words
	text := paper.Style{Size: 14, Align: paper.Justify, Indent: 10 * paper.MM}
	say := func(line string) {
		s.Text(line, text)
		s.Skip(5)
	}
	say(p.T("paper.invites", "organisation", v.Organisation))
	s.Text(guest.Name, paper.Style{Size: 15, Bold: true, Align: paper.Center})
	s.Skip(5)
	say(p.T("paper.to", "event", v.Event))
	say(p.T("paper.when", "span", spanOf(p, v.Start, v.End)))
	if v.Place != "" {
		say(p.T("paper.where", "place", v.Place))
	}
	if v.Agenda != "" {
		say(p.T("paper.agenda", "agenda", v.Agenda))
	}
	switch {
	case v.Substitute && !guest.ReplyBy.IsZero():
		say(p.T("paper.substitute_reply", "when", p.When(guest.ReplyBy)))
	case v.Substitute:
		say(p.T("paper.substitute"))
	case !guest.ReplyBy.IsZero():
		say(p.T("paper.reply", "when", p.When(guest.ReplyBy)))
	}
	if v.Contact != "" {
		say(p.T("paper.contact", "contact", v.Contact))
	}
	say(p.T("paper.close"))
}

// copies lists who else gets the paper.
func (v *Invitation) copies(s *official) *paper.Block {
	text := ""
	if len(v.Copies) > 0 {
		text = s.words.T("paper.copies") + "\n- " + strings.Join(v.Copies, ";\n- ") + "."
	}
	return s.doc.Set(text, paper.Style{Size: 11}, s.Width()/2)
}
