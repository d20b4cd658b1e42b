package store

import "iter"

// A relay is a member who passes messages on to members without a phone
// ([Member.Relay]): the woman who registered her mother, an officer who
// registered her group.
//
//	relay  relay's member ID/member ID → mark

// SetRelay makes relay the one who passes messages on to m, and keeps m.
func (tx *Tx) SetRelay(m *Member, relay string) error {
	if m.Relay != "" {
		if err := tx.kv.Delete("relay", m.Relay+"/"+m.ID); err != nil {
			return err
		}
	}
	m.Relay = relay
	if relay != "" {
		if err := tx.kv.Put("relay", relay+"/"+m.ID, mark); err != nil {
			return err
		}
	}
	return tx.PutMember(m)
}

// RelayedBy yields the members to whom relay passes messages on, in the order
// in which they came.
func (tx *Tx) RelayedBy(relay string) iter.Seq2[*Member, error] {
	return func(yield func(*Member, error) bool) {
		prefix := relay + "/"
		for p, err := range tx.kv.Scan("relay", prefix, after(prefix)) {
			var m *Member
			if err == nil {
				m, err = tx.Member(p.Key[len(prefix):])
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}
