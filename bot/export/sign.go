package export

import (
	"bytes"
	"context"
	"time"

	"chihai/store"
)

// ToSign is the list as a paper with a column to sign in. zone is where the
// training takes place.
func (l *List) ToSign(zone *time.Location) *AttendanceList {
	a := &AttendanceList{
		Letterhead: l.Paper, Event: l.Training.OfficialName(), Code: l.Training.Code,
		Start: l.Training.Start.In(zone), End: l.Training.End.In(zone), Place: l.Training.Place, Signer: l.Signer,
	}
	if l.Training.ByInvitation {
		a.ByHand = []Field{Post}
	}
	for _, p := range l.People {
		name := p.Name
		if p.Substitute != "" {
			name += "\nDự thay: " + p.Substitute
		}
		a.Attendees = append(a.Attendees, Attendee{Name: name, Post: p.Title, Commune: p.Area, Phone: p.Phone})
	}
	return a
}

// ToSign makes the list to sign of the training that task.Data names.
func (e *Exporter) ToSign(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	fonts, err := e.Fonts()
	if err != nil {
		return nil, err
	}
	list, err := e.take(ctx, s, task)
	if list == nil {
		return nothing, err
	}
	toSign := list.ToSign(e.Zone)
	var b bytes.Buffer
	if err := toSign.PDF(&b, e.Words, fonts); err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, toSign.Name(), PDF, b.Bytes())
}
