package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chihai/bot/paper"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/boombuler/barcode/qr"
	"github.com/go-json-experiment/json"
)

// A CampaignNotice is a sheet of paper for the wall: whoever scans its code answers a
// questionnaire. It names who asks, as it hangs for everybody to see.
type CampaignNotice struct {
	Letterhead
	Title string
	Until time.Time // in the zone in which it is to be said
	Mode  store.Anonymity
	Code  string // of the campaign, for who cannot scan
	URL   string // what the QR code says
}

// noticeCode is how wide the QR code is, in points: it is scanned from a metre away.
const noticeCode = 110 * paper.MM

// PDF writes the notice to w, on one A4 page.
func (n *CampaignNotice) PDF(w io.Writer, p *locales.Printer, fonts *paper.Fonts) error {
	title := p.T("paper.campaign")
	doc := paper.New(fonts, n.about(title+": "+n.Title, p))
	f := doc.Flow(paper.A4, margins)
	center := func(size float64, bold bool, text string) {
		f.Text(text, paper.Style{Size: size, Bold: bold, Align: paper.Center})
	}
	center(14, true, n.Organisation)
	f.Skip(20)
	center(20, true, title)
	f.Skip(6)
	center(24, true, n.Title)
	f.Skip(20)
	picture, err := qr.Encode(n.URL, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	f.Need(noticeCode)
	f.Page.Pixels(picture, f.Left()+(f.Width()-noticeCode)/2, f.Y, noticeCode)
	f.Skip(noticeCode + 16)
	center(16, false, p.T("paper.campaign_scan"))
	center(13, false, n.URL)
	center(13, false, p.T("campaign.invitation_code", "code", n.Code))
	f.Skip(14)
	center(14, false, p.T("campaign.letter_until", "time", p.When(n.Until)))
	center(14, false, p.T("campaign.letter_"+string(n.Mode)))
	_, err = doc.WriteTo(w)
	return err
}

// CampaignNotice makes the notice of a campaign ([flows.CampaignNoticeWork]), if the
// member who asked is staff for it.
func (e *Exporter) CampaignNotice(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.CampaignPicture
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var n *CampaignNotice
	err := s.View(ctx, func(tx *store.Tx) error {
		n = nil
		c, err := tx.Campaign(ask.Campaign)
		if err != nil {
			return err
		}
		m, err := tx.Member(task.Member)
		if err != nil {
			return err
		}
		grants, err := tx.Grants(m)
		if err != nil {
			return err
		}
		tree, err := tx.Areas()
		if err != nil || !staffFor(grants, tree, c.Area) {
			return err
		}
		settings, err := tx.Settings()
		if err != nil {
			return err
		}
		n = &CampaignNotice{letterheadOf(settings, tx.Now.In(e.Zone)), c.Title, c.Until.In(e.Zone), c.Mode, c.Code, ask.URL}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && n == nil {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	fonts, err := e.Fonts()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := n.PDF(&b, e.Words, fonts); err != nil {
		return nil, err
	}
	return keep(ctx, s, task.Member, "phieu-hoi-"+n.Code+".pdf", PDF, b.Bytes())
}
