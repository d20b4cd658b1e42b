package web

import (
	"net/http"
	"time"
)

// A Status is how the bot is.
type Status struct {
	Version  string
	Started  time.Time // of the process; zero: not known
	Database int64     // size in bytes; 0: not known
	Backup   time.Time // when the last one was made; zero: not known
	Channels []ChannelStatus
}

// A ChannelStatus is how one network is. What it counts begins with the
// process.
type ChannelStatus struct {
	Name      string
	Delivered int64
	Failed    int64     // not delivered and not tried any more
	Waiting   int       // messages to be sent
	Oldest    time.Time // when the oldest of them was left; zero: none is
}

// healthPage is what the page about the bot shows.
type healthPage struct {
	Version  string
	Started  string
	Size     string
	Backup   string
	Channels []channelLine
}

type channelLine struct {
	Name      string
	Waiting   int
	Oldest    string // how long the oldest has waited
	Late      bool   // longer than a message should
	Delivered int
	Failed    int
}

// lateMessage is how long a message may wait before the page says so.
const lateMessage = 5 * time.Minute

// health shows how the bot is, to those who look after it.
func (v *visit) health() error {
	var status Status
	if v.Status != nil {
		status = v.Status(v.r.Context())
	}
	p := healthPage{Version: status.Version}
	if status.Database > 0 {
		p.Size = v.T("desk.mib", "n", int((status.Database+1<<20-1)>>20))
	}
	if !status.Started.IsZero() {
		p.Started = v.moment(status.Started)
	}
	if !status.Backup.IsZero() {
		p.Backup = v.moment(status.Backup)
	}
	now := v.Store.Now()
	for _, c := range status.Channels {
		line := channelLine{Name: c.Name, Waiting: c.Waiting, Delivered: int(c.Delivered), Failed: int(c.Failed)}
		if !c.Oldest.IsZero() {
			waited := now.Sub(c.Oldest)
			line.Oldest, line.Late = v.T("desk.minutes", "n", minutes(waited)), waited > lateMessage
		}
		p.Channels = append(p.Channels, line)
	}
	v.page(http.StatusOK, "staff_health.html", "desk.health", p)
	return nil
}
