package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"pgregory.net/rapid"
)

// A day is one training on its day, with women who hold seats, wait, and come
// unannounced.
type day struct {
	store    *store.Store
	now      time.Time
	training string
	staff    string
	women    []string // ids; the first two hold a seat, the third waits, the others have nothing
}

// newDay returns the day an hour and a half before a training of two seats.
func newDay(t fataler, change func(*store.Training)) *day {
	d := &day{now: villageTime}
	var err error
	d.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 3}), store.Options{Now: func() time.Time { return d.now }})
	if err != nil {
		t.Fatal(err)
	}
	training := &store.Training{Kind: store.Class, Name: store.Text{"vi": "May"}, Start: d.now.Add(90 * time.Minute), End: d.now.Add(4 * time.Hour), Seats: 2}
	if change != nil {
		change(training)
	}
	d.update(t, func(tx *store.Tx) error {
		d.women = nil
		for range 7 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			d.women = append(d.women, m.ID)
		}
		d.staff = d.women[6]
		d.women = d.women[:6]
		if err := tx.AddTraining(training); err != nil {
			return err
		}
		for _, m := range d.women[:3] {
			if _, _, err := tx.Enter(m, &store.Registration{Training: training.ID, Member: m, Children: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	d.training = training.ID
	return d
}

// A fataler is a test, or one case of a property.
type fataler interface {
	Context() context.Context
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func (d *day) update(t fataler, fn func(*store.Tx) error) {
	t.Helper()
	if err := d.store.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (d *day) class(t fataler) (tr *store.Training) {
	t.Helper()
	d.update(t, func(tx *store.Tx) (err error) {
		tr, err = tx.Training(d.training)
		return err
	})
	return tr
}

// checkIn checks a woman in and returns what comes of it.
func (d *day) checkIn(t fataler, woman int, how store.How) (r *store.Registration, first bool, err error) {
	t.Helper()
	d.update(t, func(tx *store.Tx) error {
		r, first, err = tx.CheckIn(d.training, d.women[woman], d.staff, how)
		return nil
	})
	return r, first, err
}

func (d *day) letIn(t fataler, woman int, how store.How) (r *store.Registration, first bool, err error) {
	t.Helper()
	d.update(t, func(tx *store.Tx) error {
		r = &store.Registration{Training: d.training, Member: d.women[woman]}
		first, err = tx.LetIn(r, d.staff, how)
		if err != nil && tx.Broken() == nil {
			return nil
		}
		return err
	})
	return r, first, err
}

// sound says what is wrong in the store.
func (d *day) sound(t fataler) {
	t.Helper()
	var wrong []string
	if _, err := store.Check(t.Context(), d.store.Backend(), d.now, func(bucket, key, what string) {
		wrong = append(wrong, fmt.Sprintf("%s %s %s", bucket, key, what))
	}); err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 {
		t.Fatalf("%q", wrong)
	}
}

func TestCheckInOnce(t *testing.T) {
	d := newDay(t, nil)
	if r, first, err := d.checkIn(t, 0, store.ByScan); err != nil || !first || !r.Came.Equal(d.now) || r.CameBy != d.staff {
		t.Fatalf("the first check-in is %v, %v, %+v", first, err, r)
	}
	since := d.now
	d.now = d.now.Add(time.Hour)
	for _, how := range []store.How{store.ByScan, store.ByRoom, store.ByName} {
		if r, first, err := d.checkIn(t, 0, how); err != nil || first || !r.Came.Equal(since) || r.CameHow != store.ByScan {
			t.Errorf("by %s again: %v, %v, %+v", how, first, err, r)
		}
	}
	if got := d.class(t).Came; got != 1 {
		t.Errorf("%d have come, want 1", got)
	}
	d.sound(t)
}

// Three phones, the code of the room and the list check the same woman in at the
// same moment: one of them is the first, and she is counted once.
func TestCheckInAtOnce(t *testing.T) {
	d := newDay(t, nil)
	d.now = d.now.Add(time.Hour)
	var firsts int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			how := []store.How{store.ByScan, store.ByRoom, store.ByName}[i%3]
			var first bool
			err := d.store.Update(t.Context(), func(tx *store.Tx) (err error) {
				_, first, err = tx.CheckIn(d.training, d.women[i%2], d.staff, how)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if first {
				firsts++
			}
		})
	}
	all.Wait()
	if got := d.class(t).Came; firsts != 2 || got != 2 {
		t.Errorf("%d of 30 were the first and %d are counted, want one for each of two women", firsts, got)
	}
	d.sound(t)
}

func TestCheckInRefused(t *testing.T) {
	early := func(tr *store.Training) { tr.Start, tr.End = tr.Start.Add(3*time.Hour), tr.End.Add(3*time.Hour) }
	for _, tt := range []struct {
		name   string
		change func(*store.Training)
		later  time.Duration
		woman  int
		how    store.How
		want   error
	}{
		{"by staff, hours before", nil, 0, 0, store.ByScan, nil},
		{"by the room, too early", nil, 0, 0, store.ByRoom, store.ErrEarly},
		{"by the room, from an hour before", nil, 30 * time.Minute, 0, store.ByRoom, nil},
		{"by the room, at the end", nil, 4*time.Hour - time.Second, 0, store.ByRoom, nil},
		{"by the room, after the end", nil, 4 * time.Hour, 0, store.ByRoom, store.ErrLate},
		{"by staff, after the end", nil, 5 * time.Hour, 0, store.ByName, nil},
		{"by staff, a month after", nil, 31 * 24 * time.Hour, 0, store.ByName, store.ErrLate},
		{"tomorrow's class", early, 0, 0, store.ByScan, store.ErrEarly},
		{"who waits", nil, time.Hour, 2, store.ByScan, store.ErrNoSeat},
		{"who has nothing", nil, time.Hour, 3, store.ByScan, store.ErrNoSeat},
		{"cancelled", func(tr *store.Training) { tr.Cancelled = villageTime }, time.Hour, 0, store.ByScan, store.ErrCancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDay(t, nil)
			if tt.change != nil {
				d.update(t, func(tx *store.Tx) error {
					_, err := tx.ChangeTraining(d.training, 0, tt.change)
					return err
				})
			}
			d.now = d.now.Add(tt.later)
			_, first, err := d.checkIn(t, tt.woman, tt.how)
			if !errors.Is(err, tt.want) || first != (tt.want == nil) {
				t.Errorf("CheckIn = %v, %v, want %v", first, err, tt.want)
			}
			d.sound(t)
		})
	}
}

func TestLetIn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*store.Training)
		later  time.Duration
		woman  int
		how    store.How
		want   error
		taken  int
	}{
		{"by staff, beyond the seats", nil, time.Hour, 3, store.ByName, nil, 3},
		{"by staff, off the waiting list", nil, time.Hour, 2, store.ByScan, nil, 3},
		{"by staff, who holds a seat", nil, time.Hour, 0, store.ByScan, nil, 2},
		{"by the room, full", nil, time.Hour, 3, store.ByRoom, store.ErrFull, 2},
		{"by the room, a seat is free once it has begun", func(tr *store.Training) { tr.Seats = 3 }, 2 * time.Hour, 3, store.ByRoom, nil, 4},
		{"by the room, staff decide", func(tr *store.Training) { tr.Seats, tr.Approval = 9, true }, time.Hour, 3, store.ByRoom, store.ErrApproval, 0},
		{"by staff, staff decide", func(tr *store.Training) { tr.Approval = true }, time.Hour, 0, store.ByScan, nil, 1},
		{"tomorrow's class", func(tr *store.Training) { tr.Start, tr.End = tr.Start.AddDate(0, 0, 1), tr.End.AddDate(0, 0, 1) }, 0, 3, store.ByName, store.ErrEarly, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDay(t, tt.change)
			if d.class(t).Seats == 3 { // the third has the last seat and the fourth comes when one more was added
				d.update(t, func(tx *store.Tx) error {
					_, err := tx.ChangeTraining(d.training, 0, func(tr *store.Training) { tr.Seats = 4 })
					return err
				})
			}
			d.now = d.now.Add(tt.later)
			r, first, err := d.letIn(t, tt.woman, tt.how)
			tr := d.class(t)
			if !errors.Is(err, tt.want) || first != (tt.want == nil) || tr.Taken != tt.taken {
				t.Errorf("LetIn = %v, %v with %d seats taken, want %v and %d", first, err, tr.Taken, tt.want, tt.taken)
			}
			if first && (!r.Holds() || r.Came.IsZero() || tr.Came != 1 || len(r.Code) != 5) {
				t.Errorf("she is %+v, and %d have come", r, tr.Came)
			}
			d.sound(t)
		})
	}
}

// Undoing leaves a seat that she had before, and takes one that she got by being
// there.
func TestUndoCheckIn(t *testing.T) {
	d := newDay(t, nil)
	d.now = d.now.Add(time.Hour)
	d.checkIn(t, 0, store.ByName)
	d.letIn(t, 3, store.ByName)
	for i, woman := range []int{0, 3} {
		d.update(t, func(tx *store.Tx) error {
			r, err := tx.UndoCheckIn(d.training, d.women[woman], d.staff)
			if err == nil && (r.Holds() != (i == 0) || !r.Came.IsZero()) {
				t.Errorf("woman %d is %+v", woman, r)
			}
			return err
		})
		d.update(t, func(tx *store.Tx) error {
			if _, err := tx.UndoCheckIn(d.training, d.women[woman], d.staff); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("undoing woman %d twice: %v", woman, err)
			}
			return nil
		})
	}
	if tr := d.class(t); tr.Came != 0 || tr.Taken != 2 {
		t.Errorf("%d came and %d seats are taken, want 0 and 2", tr.Came, tr.Taken)
	}
	d.sound(t)
}

func TestAbsent(t *testing.T) {
	d := newDay(t, nil)
	d.now = d.now.Add(time.Hour)
	came, _, _ := d.checkIn(t, 0, store.ByScan)
	tr := d.class(t)
	var held, waits *store.Registration
	d.update(t, func(tx *store.Tx) (err error) {
		if held, err = tx.Registration(d.training, d.women[1]); err != nil {
			return err
		}
		waits, err = tx.Registration(d.training, d.women[2])
		return err
	})
	if held.Absent(tr, tr.End.Add(-time.Second)) || !held.Absent(tr, tr.End) || came.Absent(tr, tr.End) || waits.Absent(tr, tr.End) {
		t.Error("absent is who held a seat until the end and did not come")
	}
}

// Whatever staff, women and the clock do in whatever order: who came is counted
// once, and the store stays sound.
func TestAttendance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := newDay(rt, nil)
		there := slices.Clone(d.women)
		some := func() string {
			if len(there) == 0 {
				rt.Skip("nobody is left")
			}
			return rapid.SampledFrom(there).Draw(rt, "woman")
		}
		how := func() store.How {
			return rapid.SampledFrom([]store.How{store.ByScan, store.ByRoom, store.ByName}).Draw(rt, "how")
		}
		try := func(fn func(*store.Tx) error) { // what is refused changes nothing
			err := d.store.Update(rt.Context(), fn)
			for _, known := range []error{
				nil, store.ErrCancelled, store.ErrEarly, store.ErrLate, store.ErrNoSeat, store.ErrFull, store.ErrApproval,
				store.ErrNotFound, store.ErrOver, store.ErrRegistered, store.ErrGroup,
			} {
				if errors.Is(err, known) {
					return
				}
			}
			rt.Fatal(err)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"check in": func(*rapid.T) {
				m, how := some(), how()
				try(func(tx *store.Tx) error {
					_, _, err := tx.CheckIn(d.training, m, d.staff, how)
					return err
				})
			},
			"let in": func(*rapid.T) {
				m, how := some(), how()
				try(func(tx *store.Tx) error {
					_, err := tx.LetIn(&store.Registration{Training: d.training, Member: m}, d.staff, how)
					return err
				})
			},
			"undo": func(*rapid.T) {
				m := some()
				try(func(tx *store.Tx) error {
					_, err := tx.UndoCheckIn(d.training, m, d.staff)
					return err
				})
			},
			"enter": func(*rapid.T) {
				m := some()
				try(func(tx *store.Tx) error {
					_, _, err := tx.Enter(m, &store.Registration{Training: d.training, Member: m})
					return err
				})
			},
			"give up": func(*rapid.T) {
				m := some()
				try(func(tx *store.Tx) error {
					_, err := tx.GiveUp(d.training, m, m)
					return err
				})
			},
			"offer": func(*rapid.T) {
				try(func(tx *store.Tx) error {
					_, _, err := tx.OfferSeats(d.training)
					return err
				})
			},
			"wait": func(*rapid.T) {
				d.now = d.now.Add(time.Duration(rapid.SampledFrom([]int{1, 40, 90}).Draw(rt, "minutes")) * time.Minute)
			},
			"merge": func(*rapid.T) {
				keep, gone := some(), some()
				if keep == gone {
					rt.Skip("she is one already")
				}
				there = slices.DeleteFunc(there, func(m string) bool { return m == gone })
				d.update(rt, func(tx *store.Tx) error {
					k, err := tx.Member(keep)
					if err != nil {
						return err
					}
					g, err := tx.Member(gone)
					if err != nil {
						return err
					}
					was, now := 0, 0
					for _, m := range []string{keep, gone} {
						if r, err := tx.Registration(d.training, m); err == nil && !r.Came.IsZero() {
							was = 1
						}
					}
					if _, err := tx.Merge(k, g); err != nil {
						return err
					}
					if r, err := tx.Registration(d.training, keep); err == nil && !r.Came.IsZero() {
						now = 1
					}
					if was != now {
						rt.Fatal("who came as one of two has not come as both")
					}
					return nil
				})
			},
			"delete": func(*rapid.T) {
				m := some()
				there = slices.DeleteFunc(there, func(o string) bool { return o == m })
				d.update(rt, func(tx *store.Tx) error {
					who, err := tx.Member(m)
					if err != nil {
						return err
					}
					return tx.DeleteMember(who, nil)
				})
			},
			"": func(rt *rapid.T) {
				if tr := d.class(rt); tr.Came < 0 || tr.Came > tr.Taken {
					rt.Fatalf("%d came and %d hold a seat", tr.Came, tr.Taken)
				}
				d.sound(rt)
			},
		})
	})
}

func TestTicket(t *testing.T) {
	d := newDay(t, nil)
	d.update(t, func(tx *store.Tx) error {
		r, err := tx.Registration(d.training, d.women[0])
		if err != nil {
			return err
		}
		ticket, err := tx.Ticket(r)
		if err != nil {
			return err
		}
		if len(ticket) != 60 {
			t.Errorf("a ticket has %d characters, and with its letter must fit into 64", len(ticket))
		}
		got, err := tx.ReadTicket(ticket)
		if err != nil || got.Member != r.Member || got.Training != r.Training {
			t.Errorf("the ticket opens %+v, %v", got, err)
		}
		for i := range ticket { // no character can be another one
			for _, c := range "Aa0_-+/=" {
				other := ticket[:i] + string(c) + ticket[i+1:]
				if _, err := tx.ReadTicket(other); other != ticket && !errors.Is(err, store.ErrNotFound) {
					t.Fatalf("%s opens as well: %v", other, err)
				}
			}
		}
		for _, bad := range []string{"", "A", ticket[:59], ticket + "A", ticket + "AAAA", "ế"} {
			if _, err := tx.ReadTicket(bad); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q opens: %v", bad, err)
			}
		}
		return nil
	})
}

// A ticket of a registration that passed to another member opens nothing; one
// that was given up shows that it was, which is for staff only.
func TestTicketAfterwards(t *testing.T) {
	d := newDay(t, nil)
	var tickets []string
	d.update(t, func(tx *store.Tx) error {
		tickets = nil
		for _, m := range d.women[:2] {
			ticket, err := tx.Ticket(&store.Registration{Training: d.training, Member: m})
			if err != nil {
				return err
			}
			tickets = append(tickets, ticket)
		}
		return nil
	})
	d.update(t, func(tx *store.Tx) error {
		if _, err := tx.GiveUp(d.training, d.women[1], ""); err != nil {
			return err
		}
		r, err := tx.ReadTicket(tickets[1])
		if err == nil && r.Stands() {
			t.Error("a seat that was given up still stands")
		}
		return err
	})
	d.update(t, func(tx *store.Tx) error {
		gone, err := tx.Member(d.women[0])
		if err != nil {
			return err
		}
		keep, err := tx.Member(d.women[3])
		if err != nil {
			return err
		}
		if _, err := tx.Merge(keep, gone); err != nil {
			return err
		}
		if _, err := tx.ReadTicket(tickets[0]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the ticket of a member who became one with another opens: %v", err)
		}
		return nil
	})
}

// Without the secret of the database nobody makes a ticket, even who knows the
// IDs.
func TestTicketOfAnotherDatabase(t *testing.T) {
	d, other := newDay(t, nil), newDay(t, nil)
	var ticket string
	other.update(t, func(tx *store.Tx) (err error) {
		ticket, err = tx.Ticket(&store.Registration{Training: d.training, Member: d.women[0]})
		return err
	})
	d.update(t, func(tx *store.Tx) error {
		if _, err := tx.ReadTicket(ticket); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a ticket of another database opens: %v", err)
		}
		return nil
	})
}

func TestRoomCode(t *testing.T) {
	d := newDay(t, nil)
	d.update(t, func(tx *store.Tx) error {
		code, until := tx.RoomCode(d.training, d.now)
		if len(code) != 6 || !until.After(d.now) || until.Sub(d.now) > store.RoomChange {
			t.Errorf("the code is %q until %s", code, until)
		}
		next, _ := tx.RoomCode(d.training, until)
		elsewhere, _ := tx.RoomCode(d.women[0], d.now)
		if next == code || elsewhere == code {
			t.Error("another moment or another training has the same code")
		}
		for after, want := range map[time.Duration]bool{
			-time.Second: true, store.RoomChange - time.Second: true, store.RoomChange: false, -store.RoomChange - time.Second: false,
		} {
			if got := tx.InRoom(d.training, code, until.Add(after)); got != want {
				t.Errorf("%s after it has changed InRoom = %v", after, got)
			}
		}
		return nil
	})
}

// Who was registered twice and came as one of the two has come.
func TestMergeKeepsWhoCame(t *testing.T) {
	for _, came := range []int{0, 1} {
		d := newDay(t, nil)
		d.now = d.now.Add(time.Hour)
		d.update(t, func(tx *store.Tx) error { // by herself, in the room
			_, _, err := tx.CheckIn(d.training, d.women[came], d.women[came], store.ByRoom)
			return err
		})
		d.update(t, func(tx *store.Tx) error {
			keep, err := tx.Member(d.women[0])
			if err != nil {
				return err
			}
			gone, err := tx.Member(d.women[1])
			if err != nil {
				return err
			}
			if _, err := tx.Merge(keep, gone); err != nil {
				return err
			}
			r, err := tx.Registration(d.training, keep.ID)
			if err == nil && (r.Came.IsZero() || r.CameBy != keep.ID) {
				t.Errorf("woman %d came, and both together are %+v", came, r)
			}
			return err
		})
		if tr := d.class(t); tr.Came != 1 || tr.Taken != 1 {
			t.Errorf("%d came and %d seats are taken, want 1 and 1", tr.Came, tr.Taken)
		}
		d.sound(t)
	}
}
