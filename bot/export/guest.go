package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// guest puts into p what an invitation to t adds to r.
func (p *Person) guest(tx *store.Tx, t *store.Training, r *store.Registration) error {
	if !t.ByInvitation {
		return nil
	}
	g, err := tx.Guest(r.Training, r.Member)
	if errors.Is(err, store.ErrNotFound) { // let in at the door
		return nil
	}
	if err != nil {
		return err
	}
	p.Title, p.Substitute, p.RSVP = g.Title, titled(g.Substitute, g.SubstituteTitle), g.RSVP(r)
	return nil
}

// titled is a name with a title behind it, if there is one.
func titled(name, title string) string {
	if title == "" {
		return name
	}
	return name + ", " + title
}

// Invitation makes the invitation of the guest that task.Data names, for her or
// for who passes messages on to her.
func (e *Exporter) Invitation(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.TicketWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	return e.invitations(ctx, s, task.Member, ask.Training, false, func(m *store.Member, _ *store.Registration) bool {
		return m.ID == ask.Member && (m.ID == task.Member || m.Relay == task.Member)
	})
}

// Invitations makes those of all guests of the training that task.Data names who
// have not declined, in the order of their names, for a member of staff.
func (e *Exporter) Invitations(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	training, err := wanted(ctx, s, task)
	if err != nil || training == "" {
		return nothing, err
	}
	made, err := e.invitations(ctx, s, task.Member, training, true, func(_ *store.Member, r *store.Registration) bool {
		return r.State != store.Declined
	})
	if err != nil {
		return nil, err
	}
	return made, s.Update(ctx, func(tx *store.Tx) error { return tx.Log(task.Member, "export invitations", training) })
}

// invitations makes a file, for the member to, of the invitations to the training
// of those guests whom which wants. Where there is none it is one to write a name
// on, if blank says so.
func (e *Exporter) invitations(ctx context.Context, s *store.Store, to, training string, blank bool, which func(*store.Member, *store.Registration) bool) ([]byte, error) {
	var v *Invitation
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		v, err = e.invitationOf(tx, training, which)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && len(v.Guests) == 0 && !blank {
		return nothing, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the guests of training %s: %w", training, err)
	}
	fonts, err := e.Fonts()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := v.PDF(&b, e.Words, fonts); err != nil {
		return nil, err
	}
	return keep(ctx, s, to, v.Name(), PDF, b.Bytes())
}

// invitationOf is the invitation to the training with the guests whom which wants.
// It names the event as it may lie about at home.
func (e *Exporter) invitationOf(tx *store.Tx, training string, which func(*store.Member, *store.Registration) bool) (*Invitation, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	settings, err := tx.Settings()
	if err != nil {
		return nil, err
	}
	v := &Invitation{
		Letterhead: letterheadOf(settings, tx.Now), Event: t.Name.In("vi"), Code: t.Code,
		Start: t.Start.In(e.Zone), End: t.End.In(e.Zone), Place: t.Place, Agenda: t.Agenda,
		Substitute: true, Contact: settings.Telephone, Signer: signerOf(settings),
	}
	type named struct {
		name string // by which she stands in the list
		InvitedGuest
	}
	var guests []named
	for g, err := range tx.Guests(training) {
		if err != nil {
			return nil, err
		}
		m, err := tx.Member(g.Member)
		if err != nil {
			return nil, err
		}
		r, err := tx.Registration(training, g.Member)
		if err != nil {
			return nil, err
		}
		if which(m, r) {
			guests = append(guests, named{m.Name, InvitedGuest{titled(e.address(m), g.Title), t.ReplyTime(g).In(e.Zone)}})
		}
	}
	order := locales.NameOrder()
	slices.SortStableFunc(guests, func(a, b named) int { return order(a.name, b.name) })
	for _, g := range guests {
		v.Guests = append(v.Guests, g.InvitedGuest)
	}
	return v, nil
}

// address is how a paper addresses m. Where no form of address is known it is
// open: it is not guessed from a name.
func (e *Exporter) address(m *store.Member) string {
	if m.Address == "" {
		return e.Words.T("paper.guest", "name", m.Name)
	}
	return strings.TrimSpace(e.Words.T("address."+m.Address) + " " + m.Name)
}
