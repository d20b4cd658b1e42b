package store

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// Settings are what the operator says of her own organisation: no message
// names it by itself.
//
//	meta/settings → Settings
type Settings struct {
	Organisation string `json:"organisation,omitzero"` // such as "Hội Liên hiệp Phụ nữ thành phố Cần Thơ"
	Telephone    string `json:"telephone,omitzero"`    // an office that answers questions about the bot
	Head         string `json:"head,omitzero"`         // who signs lists, certificates and invitations
	Title        string `json:"title,omitzero"`        // of Head, such as "TM. BAN THƯỜNG VỤ\nCHỦ TỊCH"
	Above        string `json:"above,omitzero"`        // body above the organisation, for the head of papers
	Town         string `json:"town,omitzero"`         // where papers are signed
	Top          string `json:"top,omitzero"`          // code of the unit in which the Union works; empty: the whole tree
	BackupDays   int    `json:"backup_days,omitzero"`  // for how long backups are kept; 0 means [DefaultBackupDays]
	Quiet        Quiet  `json:"quiet,omitzero"`        // when nobody is disturbed; zero means [DefaultQuiet]

	Rest jsontext.Value `json:",embed"`
}

// DefaultBackupDays is for how many days backups are kept unless the operator
// says otherwise. It is told to whoever deletes her data.
const DefaultBackupDays = 30

// Settings returns the operator's settings, empty ones before she set any.
func (tx *Tx) Settings() (*Settings, error) {
	s, err := get[Settings](tx, "meta", "settings")
	if errors.Is(err, ErrNotFound) {
		s, err = &Settings{}, nil
	}
	if err == nil && s.BackupDays == 0 {
		s.BackupDays = DefaultBackupDays
	}
	if err == nil && s.Quiet == (Quiet{}) {
		s.Quiet = DefaultQuiet
	}
	return s, err
}

// PutSettings keeps s.
func (tx *Tx) PutSettings(s *Settings) error {
	return put(tx, "meta", "settings", s)
}
