package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// clubFlow hears what the job hands over; its Data is that of the row.
const clubFlow = "club_news"

// club hands everybody who belongs to a club over to be told something about it,
// each in a turn of her own. A row whose time is over lapses; a reminder that
// lapses is counted. When several reminders of one meeting are due at once, as
// after a long standstill, only the one nearest to the start is sent.
func (s *Schedule) club(ctx context.Context, rows []*store.Due) error {
	var errs []error
	var left []*store.Due
	nearest := map[string]int{} // by meeting: its reminder in left
	for _, d := range rows {
		var news store.ClubNews
		if err := json.Unmarshal(d.Data, &news); err != nil {
			s.pause(d)
			errs = append(errs, fmt.Errorf("data of %s: %w", d.ID, err))
			continue
		}
		over, drop := d, s.done
		switch at, several := nearest[news.Meeting]; {
		case !s.store.Now().Before(d.Until):
			drop = s.lapse
			if err := s.missed(ctx, d, &news); err != nil {
				errs = append(errs, err)
			}
		case news.What.Reminds() && several && nearer(d, left[at]):
			over, left[at] = left[at], d
		case news.What.Reminds() && several:
		default:
			if news.What.Reminds() {
				nearest[news.Meeting] = len(left)
			}
			left, over = append(left, d), nil
		}
		if over != nil {
			if err := drop(ctx, over); err != nil {
				errs = append(errs, err)
			}
		}
	}
	for _, d := range left {
		if err := s.clubOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// missed counts those who were to be reminded by a row whose time is over.
func (s *Schedule) missed(ctx context.Context, d *store.Due, news *store.ClubNews) error {
	if !news.What.Reminds() {
		return nil
	}
	var people []string
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		people, err = clubPeople(tx, d)
		return err
	})
	if err != nil || len(people) == 0 {
		return err
	}
	slog.Warn("reminders missed", "people", len(people))
	s.count(0, len(people))
	return nil
}

func (s *Schedule) clubOf(ctx context.Context, d *store.Due) error {
	return s.tellEach(ctx, d, clubFlow, func(tx *store.Tx, from string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			people, err := clubPeople(tx, d)
			if err != nil {
				yield("", err)
				return
			}
			for _, member := range people {
				if member >= from && !yield(member, nil) {
					return
				}
			}
		}
	})
}

// clubPeople returns who is told what concerns the club of d, in the order of
// ids; nobody when it is not there any more.
func clubPeople(tx *store.Tx, d *store.Due) ([]string, error) {
	c, err := tx.Club(d.Club)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("club of %s: %w", d.ID, err)
	}
	return tx.ClubPeople(c)
}
