package locales

import (
	"fmt"
	"time"
)

// Date writes the day of t, in t's own zone, as "thứ Bảy 12/12/2026".
func (p *Printer) Date(t time.Time) string {
	return fmt.Sprintf("%s %s", p.T(fmt.Sprintf("when.day%d", int(t.Weekday()))), t.Format("02/01/2006"))
}

// ShortDate writes the day of t without its year and weekday, as "12/12".
func (p *Printer) ShortDate(t time.Time) string { return t.Format("02/01") }

// Clock writes the time of day of t as "14 giờ" or "8 giờ 30".
func (p *Printer) Clock(t time.Time) string {
	if t.Minute() == 0 {
		return p.T("when.hour", "h", fmt.Sprint(t.Hour()))
	}
	return p.T("when.minute", "h", fmt.Sprint(t.Hour()), "m", t.Format("04"))
}

// When writes day and time of t as "8 giờ 30, thứ Bảy 12/12/2026".
func (p *Printer) When(t time.Time) string {
	return p.T("when.at", "clock", p.Clock(t), "date", p.Date(t))
}
