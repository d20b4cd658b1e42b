package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

var villageTime = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// village fills a database with some of everything, through the verbs of the
// nouns only.
func village(t *testing.T) *memory.DB {
	t.Helper()
	db := memory.New()
	now := villageTime
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.MarkSample(); err != nil {
			return err
		}
		if err := tx.SetBot("telegram", "7000000001", false); err != nil {
			return err
		}
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội"}); err != nil {
			return err
		}
		if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ"}, {Code: "31528", Name: "Xã Kế Sách", Parent: "92"}}); err != nil {
			return err
		}
		if _, err := tx.FirstSeen("telegram:1/u/1"); err != nil {
			return err
		}
		contact, hoa, _, err := tx.Meet("telegram:1", "100")
		if err != nil {
			return err
		}
		mother, err := tx.NewMember()
		if err != nil {
			return err
		}
		if err := tx.SetRelay(mother, hoa.ID); err != nil {
			return err
		}
		if err := tx.Grant(hoa, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
		if _, err := tx.NewGrantCode(store.Staff, "92", time.Time{}, ""); err != nil {
			return err
		}
		if err := tx.PutConversation(&store.Conversation{Member: hoa.ID, Prompt: &store.Prompt{Inline: true}}); err != nil {
			return err
		}
		past := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp cũ"}, Start: now.AddDate(0, 0, -3), Area: "92", Seats: 5, Taken: 4}
		ahead := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp mới"}, Start: now.AddDate(0, 0, 9), End: now.AddDate(0, 0, 9).Add(time.Hour), Area: "92", Seats: 5, Listed: true}
		for _, training := range []*store.Training{past, ahead} {
			if err := tx.AddTraining(training); err != nil {
				return err
			}
		}
		for _, m := range []*store.Member{hoa, mother} {
			if _, err := tx.Register(&store.Registration{Training: ahead.ID, Member: m.ID, Children: 1}); err != nil {
				return err
			}
		}
		small := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp nhỏ"}, Start: now.AddDate(0, 0, 9), Area: "92", Seats: 1}
		if err := tx.AddTraining(small); err != nil {
			return err
		}
		for _, m := range []*store.Member{hoa, mother} {
			if _, _, err := tx.Enter(m.ID, &store.Registration{Training: small.ID, Member: m.ID}); err != nil {
				return err
			}
		}
		meeting := &store.Training{Kind: store.Supervision, Name: store.Text{"vi": "Buổi làm việc"}, Start: now.AddDate(0, 0, 9), Area: "92", Seats: 3, ByInvitation: true}
		if err := tx.AddTraining(meeting); err != nil {
			return err
		}
		if _, err := tx.Invite(meeting.ID, hoa.ID, []*store.Guest{{Member: mother.ID, Title: "Chi hội phó"}, {Member: hoa.ID}}); err != nil {
			return err
		}
		// The clock stands still here: this one takes registrations and is over.
		over := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp vừa xong"}, Start: now.Add(time.Hour), End: now, Area: "92", Seats: 5, Certificate: true}
		if err := tx.AddTraining(over); err != nil {
			return err
		}
		if _, err := tx.Register(&store.Registration{Training: over.ID, Member: hoa.ID}); err != nil {
			return err
		}
		if _, err := tx.Certify(over.ID, hoa.ID); err != nil {
			return err
		}
		if err := tx.PutFeedback(over, &store.Feedback{Member: hoa.ID, Stars: 4}); err != nil {
			return err
		}
		if err := fillQuiz(tx, ahead, hoa.ID); err != nil {
			return err
		}
		if err := tx.Post(&store.Message{Contact: contact.ID, Member: hoa.ID, Channel: "telegram:1", Address: "100", Text: "Chào"}); err != nil {
			return err
		}
		if err := errors.Join(tellAll(tx, hoa.ID, mother.ID), tellAll(tx, hoa.ID, hoa.ID, mother.ID)); err != nil {
			return err
		}
		if err := fillShelf(tx, hoa.ID, hoa.ID); err != nil {
			return err
		}
		if err := errors.Join(fillCampaigns(tx, hoa.ID, hoa.ID, "Hoa"), fillBox(tx, hoa.ID, mother.ID)); err != nil {
			return err
		}
		if _, err := tx.AskMerge(hoa.ID, mother.ID, hoa.ID); err != nil {
			return err
		}
		if err := tx.PutReceipt("m1", "7"); err != nil {
			return err
		}
		if err := tx.PutDelivery(&store.Delivery{Report: "r1", Outcome: store.Delivered}); err != nil {
			return err
		}
		if _, err := tx.ShowLine(contact.ID, &store.Line{ID: "l1", Text: "Chào"}); err != nil {
			return err
		}
		if err := fillClubs(tx, hoa.ID, "Hoa"); err != nil {
			return err
		}
		if err := tx.AddTask(&store.Task{Member: hoa.ID, Work: "qr"}); err != nil {
			return err
		}
		if err := tx.PutFile(&store.File{Name: "a.xlsx", Expires: now.AddDate(0, 0, 1)}, make([]byte, 100_000)); err != nil {
			return err
		}
		if err := signIn(tx, hoa.ID); err != nil {
			return err
		}
		if err := tx.Log(hoa.ID, "export registrations", ahead.ID); err != nil {
			return err
		}
		if _, err := tx.ChainAudits(10); err != nil {
			return err
		}
		if _, err := tx.TakeLease(&store.Lease{Name: "clock"}, "a process"); err != nil {
			return err
		}
		return tx.Log(hoa.ID, "sign out", "")
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// tellAll sends a broadcast from the member by to others, of whom the last one
// cannot be reached.
func tellAll(tx *store.Tx, by string, to ...string) error {
	b := &store.Broadcast{By: by, Text: store.Text{"vi": "Mời họp"}, Audience: store.Audience{Op: store.InArea}, Scope: store.Scope{Areas: []string{"92"}}}
	if err := tx.AddBroadcast(b); err != nil {
		return err
	}
	b, err := tx.SendBroadcast(b.ID, false)
	if err != nil {
		return err
	}
	if err := tx.Freeze(b, to, ""); err != nil {
		return err
	}
	roll := tx.Roll(b)
	who, _, err := roll.Find(to[len(to)-1])
	return errors.Join(err, roll.Put(who, store.BinUnreachable), roll.Keep())
}

// signIn leaves all that signing in to the staff pages leaves, and a count.
func signIn(tx *store.Tx, member string) error {
	if _, err := tx.NewLoginCode(member); err != nil {
		return err
	}
	if err := tx.SetPassphrase(&store.Passphrase{Member: member, Hash: []byte("h"), Salt: []byte("s")}); err != nil {
		return err
	}
	if _, err := tx.StartSession(member, "token", "Android", true); err != nil {
		return err
	}
	if _, _, err := tx.Try(store.TryMember, member); err != nil {
		return err
	}
	var c store.Counting
	if _, err := tx.CountMembers(&c, 100); err != nil {
		return err
	}
	return tx.PutTallies(&c)
}

func check(t *testing.T, db store.Backend) []string {
	t.Helper()
	var wrong []string
	_, err := store.Check(t.Context(), db, villageTime, func(bucket, key, what string) { wrong = append(wrong, bucket+": "+what) })
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func TestCheckFindsNothing(t *testing.T) {
	db := village(t)
	if wrong := check(t, db); len(wrong) > 0 {
		t.Errorf("a sound database is called wrong:\n%s", strings.Join(wrong, "\n"))
	}
	counts, err := store.Check(t.Context(), db, villageTime, func(string, string, string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, bucket := range store.Buckets() {
		if counts[bucket] == 0 {
			t.Errorf("the sample has no %s, so its check is not tested", bucket)
		}
	}
}

// Each document that goes missing or cannot be read is noticed, unless nothing
// leads to it.
func TestCheckNoticesEveryLoss(t *testing.T) {
	alone := []string{"contact", "feedback", "delivery", "due", "grant", "grant_code", "receipt", "screen", "seen", "task", "conversation", "area", "merge", "meta", "quiz_sheet", "file", "login_code", "passphrase", "session", "tries", "tally", "lease", "club_hand", "club_meeting", "document_tally", "document_read", "campaign_list", "campaign_quota", "response_box", "draft_chunk", "response_chunk", "response_past_chunk", "response_box_chunk"}
	marks := []string{"broadcast_by", "broadcast_live", "message_member", "registration_member", "relay", "tappable", "club_led", "club_of", "campaign_list", "campaign_live", "participation_of"} // whatever stands there can be read
	for _, bucket := range store.Buckets() {
		t.Run(bucket, func(t *testing.T) {
			db := village(t)
			key := first(t, db, bucket)
			change(t, db, func(kv store.KV) error { return kv.Put(bucket, key, []byte("7")) })
			if bucket == "meta" { // its first key is that of the areas
				key = "areas"
			}
			if wrong := check(t, db); !slices.Contains(marks, bucket) && !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, bucket+": cannot be read") }) {
				t.Errorf("%s/%s cannot be read, and Check says %q", bucket, key, wrong)
			}
			change(t, db, func(kv store.KV) error { return kv.Delete(bucket, key) })
			if wrong := check(t, db); len(wrong) == 0 && !slices.Contains(alone, bucket) {
				t.Errorf("%s/%s is gone, and Check says nothing", bucket, key)
			}
		})
	}
}

func TestCheckCounts(t *testing.T) {
	db := village(t)
	change(t, db, func(kv store.KV) error {
		for p, err := range kv.Scan("training", "", "") {
			if err != nil {
				return err
			}
			more := strings.NewReplacer(`"taken":2`, `"taken":3`, `"taken":4`, `"taken":5`).Replace(string(p.Value))
			if err := kv.Put("training", p.Key, []byte(more)); err != nil {
				return err
			}
		}
		return nil
	})
	wrong := check(t, db)
	want := []string{"training: says that 3 seats are taken, 2 children come and 0 people came; its registrations are 2 with 2 children, and 0 came"}
	if !slices.Equal(wrong, want) {
		t.Errorf("Check says %q, want %q: only of the training ahead must every seat have its registration", wrong, want)
	}
}

func TestCheckWantsADatabaseOfItsSchema(t *testing.T) {
	for name, head := range map[string]string{"none": "", "newer": `{"version":99}`, "older": `{"version":0}`} {
		db := memory.New()
		if head != "" {
			change(t, db, func(kv store.KV) error { return kv.Put("meta", "schema", []byte(head)) })
		}
		if _, err := store.Check(t.Context(), db, villageTime, func(string, string, string) {}); err == nil {
			t.Errorf("%s: Check takes it", name)
		}
	}
}

func first(t *testing.T, db store.Backend, bucket string) (key string) {
	t.Helper()
	err := db.View(t.Context(), func(kv store.KV) error {
		for p, err := range kv.Scan(bucket, "", "") {
			key = p.Key
			return err
		}
		return nil
	})
	if err != nil || key == "" {
		t.Fatalf("bucket %s: %q, %v", bucket, key, err)
	}
	return key
}

func change(t *testing.T, db store.Backend, fn func(store.KV) error) {
	t.Helper()
	if err := db.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}
