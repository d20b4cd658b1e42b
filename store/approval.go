package store

// Approve lets the entry id, about which staff decide, have seats. When there
// are enough free and nobody waits who came before, they are held at once;
// else it waits at its place, which is that of when it was made. seated says
// which. It returns [ErrNotFound] when it is not asked for any more, and
// [ErrOver] when the training takes nobody.
func (tx *Tx) Approve(training, id string) (e *Entry, seated bool, err error) {
	t, e, err := tx.askedFor(training, id)
	if err != nil {
		return nil, false, err
	}
	t.Asked -= len(e.Members)
	e.Asked = false
	if seated, err = tx.atOnce(t, e); err != nil {
		return nil, false, err
	}
	if seated {
		if err := tx.kv.Delete("waiting", e.key()); err != nil {
			return nil, false, err
		}
		for _, m := range e.Members {
			r, err := tx.Registration(training, m)
			if err != nil {
				return nil, false, err
			}
			if err := tx.seat(t, r); err != nil {
				return nil, false, err
			}
		}
		return e, true, tx.putTraining(t)
	}
	t.Waiting += len(e.Members)
	if err := tx.changeMembers(e, func(r *Registration) { r.State = Waiting }); err != nil {
		return nil, false, err
	}
	if err := tx.putEntry(e); err != nil {
		return nil, false, err
	}
	return e, false, tx.freed(t)
}

// Refuse ends the entry id, about which staff decide. by is who of them did. It
// returns [ErrNotFound] when it is not asked for any more, and [ErrOver] when
// the training takes nobody.
func (tx *Tx) Refuse(training, id, by string) (*Entry, error) {
	t, e, err := tx.askedFor(training, id)
	if err != nil {
		return nil, err
	}
	if err := tx.endEntry(t, e, Refused, by); err != nil {
		return nil, err
	}
	return e, tx.putTraining(t)
}

// askedFor returns the entry id about which staff decide, and its training.
func (tx *Tx) askedFor(training, id string) (*Training, *Entry, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, nil, err
	}
	e, err := tx.Entry(training, id)
	switch {
	case err != nil:
		return nil, nil, err
	case !e.Asked:
		return nil, nil, ErrNotFound
	case !t.Open(tx.Now):
		return nil, nil, ErrOver
	}
	return t, e, nil
}
