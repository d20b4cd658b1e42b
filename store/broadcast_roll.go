package store

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A Roll is the list of the recipients of a broadcast, with the bin of each. It
// is kept in parts of [PartSize] members, whose key is the first of them: so
// anybody is found without an index, and a change rewrites some hundred bytes
// however long the list is.
//
//	broadcast_part    broadcast ID/first member ID → the member ids of a part, in their order; never changes
//	broadcast_open    broadcast ID/first member ID → their bins, while somebody waits
//	broadcast_closed  broadcast ID/first member ID → their bins at the end
//
// What stands in the closed parts is counted in [Broadcast.Closed], in the
// transaction that closes them. So how far a broadcast is takes few documents to
// say.
//
// A Roll belongs to the transaction that made it. What is put into it is kept by
// [Roll.Keep].
type Roll struct {
	tx     *Tx
	b      *Broadcast
	sheets map[string]*sheet // by first member
}

// A sheet is a part as a transaction changes it.
type sheet struct {
	members []string // nil: not read yet
	bins    []byte
	closed  bool
	changed bool
}

type broadcastPart struct {
	Members []string `json:"members"`

	Rest jsontext.Value `json:",embed"`
}

type broadcastBins struct {
	Bins string `json:"bins"` // a letter for each member

	Rest jsontext.Value `json:",embed"`
}

// PartSize is how many members are in a part. A list of their ids is then 29 KB
// of the 64 that a document may have, and each change of a bin writes 1 KB.
const PartSize = 1000

// A Bin is where a recipient stands. Each is in exactly one.
type Bin byte

const (
	BinWaiting     Bin = '.' // for her turn
	BinPosted      Bin = 'p' // her message is in the outbox
	BinDelivered   Bin = 'd' // the network took it
	BinBlocked     Bin = 'b' // she does not let the bot write
	BinFailed      Bin = 'f' // it was refused, or tried too often
	BinUnknown     Bin = 'u' // it was handed over without an answer, and is not repeated
	BinUnreachable Bin = 'n' // she has no address, and nobody who passes messages on
	BinWithdrawn   Bin = 'w' // she is not meant any more: opted out, left, gone, or it was called off
)

// Bins are numbers of recipients by bin.
type Bins struct {
	Waiting     int `json:"waiting,omitzero"`
	Posted      int `json:"posted,omitzero"`
	Delivered   int `json:"delivered,omitzero"`
	Blocked     int `json:"blocked,omitzero"`
	Failed      int `json:"failed,omitzero"`
	Unknown     int `json:"unknown,omitzero"`
	Unreachable int `json:"unreachable,omitzero"`
	Withdrawn   int `json:"withdrawn,omitzero"`
}

// Sum is all recipients.
func (n Bins) Sum() int { return n.Waiting + n.Posted + n.Over() }

// Over is those in the bins that are an end.
func (n Bins) Over() int {
	return n.Delivered + n.Blocked + n.Failed + n.Unknown + n.Unreachable + n.Withdrawn
}

// count adds the recipients of a part.
func (n *Bins) count(bins []byte) error {
	for _, b := range bins {
		switch Bin(b) {
		case BinWaiting:
			n.Waiting++
		case BinPosted:
			n.Posted++
		case BinDelivered:
			n.Delivered++
		case BinBlocked:
			n.Blocked++
		case BinFailed:
			n.Failed++
		case BinUnknown:
			n.Unknown++
		case BinUnreachable:
			n.Unreachable++
		case BinWithdrawn:
			n.Withdrawn++
		default:
			return fmt.Errorf("bin %q is not known", b)
		}
	}
	return nil
}

// A Recipient is a member as she stands in a roll.
type Recipient struct {
	Member    string
	broadcast string
	part      string
	at        int
}

// reportHead begins the [Message.Report] of what is sent to a recipient.
const reportHead = "broadcast/"

// Report is the [Message.Report] of a message to her: it says whose it is to
// whoever settles it.
func (r Recipient) Report() string {
	return reportHead + r.broadcast + "/" + r.part + "/" + strconv.Itoa(r.at) + "/" + r.Member
}

// recipientOf returns whose message has that report; ok is false when it is not
// that of a broadcast.
func recipientOf(report string) (r Recipient, ok bool) {
	rest, ok := strings.CutPrefix(report, reportHead)
	f := strings.Split(rest, "/")
	if !ok || len(f) != 4 {
		return r, false
	}
	at, err := strconv.Atoi(f[2])
	return Recipient{Member: f[3], broadcast: f[0], part: f[1], at: at}, err == nil && at >= 0
}

// Freeze puts members down as the next recipients of the broadcast b, in the
// order of their ids and after all that were put down before; at most [PartSize]
// of them. next is from which id on members are still to be looked at; empty:
// there are none, and b runs from now on. It returns [ErrBroadcastState] when b
// is not being frozen any more, or somebody else has gone on with it.
func (tx *Tx) Freeze(b *Broadcast, members []string, next string) error {
	now, err := tx.at(b.ID, Freezing)
	if err != nil {
		return err
	}
	if now.Next != b.Next || !now.Frozen.IsZero() {
		return ErrBroadcastState
	}
	*b = *now
	if len(members) > 0 {
		key := b.ID + "/" + members[0]
		if err := errors.Join(
			put(tx, "broadcast_part", key, broadcastPart{Members: members}),
			put(tx, "broadcast_open", key, broadcastBins{Bins: strings.Repeat(string(rune(BinWaiting)), len(members))}),
		); err != nil {
			return err
		}
	}
	b.Total += len(members)
	if b.Next = next; next != "" {
		return tx.putBroadcast(b)
	}
	b.Frozen, b.State = tx.Now, Running
	tx.endIfOver(b)
	return errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
}

// Roll returns the list of the recipients of b.
func (tx *Tx) Roll(b *Broadcast) *Roll {
	return &Roll{tx: tx, b: b, sheets: map[string]*sheet{}}
}

// Waiting yields those who wait for their turn, in their order. The bins of the
// roll may be changed meanwhile; who is not waiting any more is passed over.
func (r *Roll) Waiting() iter.Seq2[Recipient, error] {
	return func(yield func(Recipient, error) bool) {
		for part, err := range r.tx.keysFrom("broadcast_open", r.b.ID+"/", "") {
			var s *sheet
			if err == nil {
				s, err = r.sheet(part)
			}
			if err == nil && slices.Contains(s.bins, byte(BinWaiting)) {
				err = r.readMembers(part, s)
			}
			if err != nil {
				yield(Recipient{}, err)
				return
			}
			for i := range s.members {
				if Bin(s.bins[i]) == BinWaiting && !yield(r.recipient(part, s, i), nil) {
					return
				}
			}
		}
	}
}

// Find returns the member as she stands in the roll, with her bin, or
// [ErrNotFound] when she is no recipient.
func (r *Roll) Find(member string) (Recipient, Bin, error) {
	head := r.b.ID + "/"
	for p, err := range r.tx.kv.ScanBack("broadcast_part", head, head+member+"/") {
		if err != nil {
			return Recipient{}, 0, err
		}
		part := p.Key[len(head):]
		s, err := r.sheet(part)
		if err == nil {
			err = r.readMembers(part, s)
		}
		if err != nil {
			return Recipient{}, 0, err
		}
		if i, ok := slices.BinarySearch(s.members, member); ok {
			return r.recipient(part, s, i), Bin(s.bins[i]), nil
		}
		break
	}
	return Recipient{}, 0, ErrNotFound
}

// Put moves her to the bin, once Keep is called. Who is in a part that is closed
// stays where she is.
func (r *Roll) Put(who Recipient, bin Bin) error {
	s, err := r.sheet(who.part)
	if err != nil {
		return err
	}
	if who.at >= len(s.bins) {
		return fmt.Errorf("broadcast %s: part %s has no recipient %d", r.b.ID, who.part, who.at)
	}
	if !s.closed && s.bins[who.at] != byte(bin) {
		s.bins[who.at], s.changed = byte(bin), true
	}
	return nil
}

// Keep keeps what was put. A part in which nobody waits any more is closed, and
// the broadcast comes to its end with the last one.
func (r *Roll) Keep() error {
	closed := false
	for _, part := range slices.Sorted(maps.Keys(r.sheets)) {
		s := r.sheets[part]
		if !s.changed {
			continue
		}
		s.changed = false
		key := r.b.ID + "/" + part
		if slices.ContainsFunc(s.bins, func(b byte) bool { return Bin(b) == BinWaiting || Bin(b) == BinPosted }) {
			if err := put(r.tx, "broadcast_open", key, broadcastBins{Bins: string(s.bins)}); err != nil {
				return err
			}
			continue
		}
		s.closed, closed = true, true
		if err := errors.Join(
			r.b.Closed.count(s.bins),
			r.tx.kv.Delete("broadcast_open", key),
			put(r.tx, "broadcast_closed", key, broadcastBins{Bins: string(s.bins)}),
		); err != nil {
			return err
		}
	}
	if !closed {
		return nil
	}
	over := r.tx.endIfOver(r.b)
	if err := r.tx.putBroadcast(r.b); err != nil || !over {
		return err
	}
	return r.tx.TellProgress(r.b)
}

// endIfOver notes the end of b when everybody in it has come to one, and says
// whether it is. Of one that was cancelled while its recipients were put down,
// those are all.
func (tx *Tx) endIfOver(b *Broadcast) bool {
	if b.Closed.Sum() < b.Total || b.Frozen.IsZero() && b.State != Cancelled {
		return false
	}
	if b.State != Cancelled {
		b.State, b.Why, b.Said = Ended, "", ""
	}
	b.Ended = tx.Now
	return true
}

// BroadcastCounts counts the recipients of b by bin. Their sum is b.Total.
func (tx *Tx) BroadcastCounts(b *Broadcast) (Bins, error) {
	n := b.Closed
	for d, err := range each[broadcastBins](tx, "broadcast_open", b.ID+"/", after(b.ID+"/")) {
		if err == nil {
			err = n.count([]byte(d.Bins))
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// BinOf returns the bin of the member in the broadcast id; 0 when she is no
// recipient of it.
func (tx *Tx) BinOf(id, member string) (Bin, error) {
	_, bin, err := tx.Roll(&Broadcast{ID: id}).Find(member)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return bin, err
}

// audienceLeftOver yields whom the broadcast id failed to reach or of whom it
// does not know, in their order.
func (tx *Tx) audienceLeftOver(id, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		r := tx.Roll(&Broadcast{ID: id})
		for part, err := range tx.keysFrom("broadcast_part", id+"/", "") {
			var s *sheet
			if err == nil {
				s, err = r.sheet(part)
			}
			if err == nil && slices.ContainsFunc(s.bins, leftOver) {
				err = r.readMembers(part, s)
			}
			if err != nil {
				yield("", err)
				return
			}
			delete(r.sheets, part)
			for i, m := range s.members {
				if m >= from && leftOver(s.bins[i]) && !yield(m, nil) {
					return
				}
			}
		}
	}
}

func leftOver(bin byte) bool { return Bin(bin) == BinFailed || Bin(bin) == BinUnknown }

// sheet returns a part with its bins.
func (r *Roll) sheet(part string) (*sheet, error) {
	if s := r.sheets[part]; s != nil {
		return s, nil
	}
	s := &sheet{}
	key := r.b.ID + "/" + part
	bins, err := get[broadcastBins](r.tx, "broadcast_open", key)
	if errors.Is(err, ErrNotFound) {
		s.closed = true
		bins, err = get[broadcastBins](r.tx, "broadcast_closed", key)
	}
	if err != nil {
		return nil, fmt.Errorf("bins of broadcast %s: %w", key, err)
	}
	s.bins = []byte(bins.Bins)
	r.sheets[part] = s
	return s, nil
}

func (r *Roll) readMembers(part string, s *sheet) error {
	if s.members != nil {
		return nil
	}
	p, err := get[broadcastPart](r.tx, "broadcast_part", r.b.ID+"/"+part)
	if err == nil && len(p.Members) != len(s.bins) {
		err = fmt.Errorf("%d members with %d bins", len(p.Members), len(s.bins))
	}
	if err != nil {
		return fmt.Errorf("part %s of broadcast %s: %w", part, r.b.ID, err)
	}
	s.members = p.Members
	return nil
}

func (r *Roll) recipient(part string, s *sheet, at int) Recipient {
	return Recipient{Member: s.members[at], broadcast: r.b.ID, part: part, at: at}
}
