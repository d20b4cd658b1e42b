package store

import (
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Delivery says how the sending of a message ended, without its text. It is
// kept for messages that asked for it and for every one that was given up.
//
//	delivery  day YYYYMMDD/report or message ID → Delivery
type Delivery struct {
	Report  string    `json:"report"`
	Member  string    `json:"member,omitzero"`
	Channel string    `json:"channel"`
	Outcome Outcome   `json:"outcome"`
	Why     string    `json:"why,omitzero"` // the network's reason, never with an address or a text
	At      time.Time `json:"at"`

	Rest jsontext.Value `json:",embed"`
}

// An Outcome is how a delivery ended.
type Outcome string

const (
	Delivered Outcome = "delivered" // the network took it
	Blocked   Outcome = "blocked"   // she does not let the bot write
	Failed    Outcome = "failed"    // refused, or tried too often
	Late      Outcome = "late"      // its time was over, or the seat that it is about was given up, before it could be sent
	Unknown   Outcome = "unknown"   // handed over without an answer, and not repeated
)

// DeliveryDays is for how long deliveries are kept.
const DeliveryDays = 90

// PutDelivery keeps d under the day of the transaction.
func (tx *Tx) PutDelivery(d *Delivery) error {
	d.At = tx.Now
	return put(tx, "delivery", tx.Now.Format("20060102")+"/"+d.Report, d)
}

// Deliveries yields what was kept since from, in the order of days.
func (tx *Tx) Deliveries(from time.Time) iter.Seq2[*Delivery, error] {
	return each[Delivery](tx, "delivery", from.UTC().Format("20060102"), "")
}

// ForgetDeliveries deletes at most n deliveries older than [DeliveryDays] and
// says how many it deleted.
func (tx *Tx) ForgetDeliveries(n int) (int, error) {
	return tx.deleteRange("delivery", "", tx.Now.AddDate(0, 0, -DeliveryDays).Format("20060102"), n)
}
