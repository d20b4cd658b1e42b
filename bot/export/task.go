package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chihai/bot/paper"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Workbook is the media type of an .xlsx file.
const Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// fileTime is for how long a file that was made for somebody is kept. It is
// sent at once; what is left is for a network that cannot be reached.
const fileTime = 24 * time.Hour

// An Exporter makes files for those who ask for them in a chat. Its methods
// are works of bot/tasks: each puts a file into the store and returns its id as
// a JSON text, or "" when there is nothing to make it of any more.
type Exporter struct {
	Words *locales.Printer // Vietnamese
	Zone  *time.Location   // where trainings take place

	// Fonts loads the letters of papers. It is called for each paper and
	// remembers them itself.
	Fonts func() (*paper.Fonts, error)

	// Draw draws text as a QR code, a PNG picture.
	Draw func(text string) ([]byte, error)
	// Calendar writes a training, with its name in language, and the address of
	// its page as an entry for a calendar (RFC 5545).
	Calendar func(t *store.Training, language, page string, now time.Time) []byte
}

// Registrations makes the list of those registered for the training that
// task.Data names.
func (e *Exporter) Registrations(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	list, err := e.take(ctx, s, task)
	if list == nil {
		return nothing, err
	}
	var b bytes.Buffer
	if err := Registrations(&b, list, e.Words, e.Zone); err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, list.Name(), Workbook, b.Bytes())
}

// take takes the list of the training that task.Data names for the member who
// asked; nil when she may not have it.
func (e *Exporter) take(ctx context.Context, s *store.Store, task store.Task) (*List, error) {
	training, err := wanted(ctx, s, task)
	if err != nil || training == "" {
		return nil, err
	}
	return Take(ctx, s, training, task.Member)
}

// wanted returns the training that task.Data names, if the member who asked may
// take papers about people in it. That is looked at here and not only when she
// asked: a role may have ended in between. The result is empty then, and when the
// training is gone.
func wanted(ctx context.Context, s *store.Store, task store.Task) (training string, err error) {
	var ask flows.TrainingWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return "", fmt.Errorf("read the task: %w", err)
	}
	allowed := false
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		allowed, err = mayTake(tx, task.Member, ask.Training)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !allowed {
		return "", nil
	}
	return ask.Training, err
}

// QR draws the code that leads to the page of a training, for posters and for
// other people's phones.
func (e *Exporter) QR(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.TrainingWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	name := "ma-qr.png"
	err := s.View(ctx, func(tx *store.Tx) error {
		t, err := tx.Training(ask.Training)
		if err == nil {
			name = "ma-qr-" + t.Code + ".png"
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	picture, err := e.Draw(ask.URL)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, name, "image/png", picture)
}

// ClubQR draws the code that opens the bot and asks to join a club.
func (e *Exporter) ClubQR(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.ClubWork
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	picture, err := e.Draw(ask.URL)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, "ma-qr-"+ask.Code+".png", "image/png", picture)
}

// CampaignQR draws the code that opens a campaign ([flows.CampaignPictureWork]).
func (e *Exporter) CampaignQR(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CampaignPicture
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	picture, err := e.Draw(ask.URL)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, "phieu-hoi-"+ask.Code+".png", "image/png", picture)
}

var nothing = []byte(`""`)

// mayTake says whether the member is staff for the area of the training now.
func mayTake(tx *store.Tx, member, training string) (bool, error) {
	t, err := tx.Training(training)
	if err != nil {
		return false, err
	}
	m, err := tx.Member(member)
	if err != nil {
		return false, err
	}
	grants, err := tx.Grants(m)
	if err != nil {
		return false, err
	}
	areas, err := tx.Areas()
	if err != nil {
		return false, err
	}
	return staffFor(grants, areas, t.Area), nil
}

// staffFor says whether who holds grants is staff for the area.
func staffFor(grants []*store.Grant, areas *store.AreaTree, area string) bool {
	return slices.ContainsFunc(grants, func(g *store.Grant) bool {
		return (g.Role == store.Staff || g.Role == store.Admin) && areas.Within(area, g.Area)
	})
}

// keep puts a file for the member into the store and returns its id as a JSON
// text. A member who was deleted meanwhile gets none.
func keep(ctx context.Context, s *store.Store, member, name, kind string, data []byte) ([]byte, error) {
	id := ""
	err := s.Update(ctx, func(tx *store.Tx) error {
		id = ""
		if _, err := tx.Member(member); err != nil {
			return err
		}
		f := &store.File{Name: name, Type: kind, Member: member, Expires: tx.Now.Add(fileTime)}
		if err := tx.PutFile(f, data); err != nil {
			return err
		}
		id = f.ID
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nothing, nil
	}
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", name, err)
	}
	return json.Marshal(id)
}
