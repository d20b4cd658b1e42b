package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chihai/store"
)

// profile asks for the name, the commune and the phone number of a woman,
// whatever of them is not known yet, after she has agreed that they are kept.
// Its result is the member's ID, or for somebody who is not kept yet a [draft]:
// nothing of her is kept before she is registered.
func profile() *Flow {
	return &Flow{
		Name: "profile",
		Steps: []Step{
			{Name: "consent", Ask: askConsent, Take: takeConsent},
			{Name: "name", Ask: askName, Take: takeName, Free: true},
			{Name: "area", Ask: askProfileArea},
			{Name: "area_known", Ask: keepProfileArea},
			{Name: "phone", Ask: askPhone, Take: takePhone, Free: true, Hears: []Kind{Contact}},
			{Name: "done", Ask: endProfile},
		},
	}
}

// A profileNote says whose profile it is and what is asked.
type profileNote struct {
	Member  string `json:"member,omitzero"`  // ID; empty: the one who speaks
	Other   bool   `json:"other,omitzero"`   // it is somebody's who is not kept yet
	Draft   draft  `json:"draft,omitzero"`   // Other: what is known of her so far
	Only    string `json:"only,omitzero"`    // name, area or phone: asked although it is known
	Consent bool   `json:"consent,omitzero"` // asks whether it may be kept
}

// A draft is the profile of somebody who is not kept yet.
type draft struct {
	Name  string `json:"name,omitzero"`
	Area  string `json:"area,omitzero"`
	Phone string `json:"phone,omitzero"`
}

func (d draft) member() *store.Member {
	return &store.Member{Name: d.Name, Area: d.Area, Phone: d.Phone}
}

// known says whether nothing is missing of m that lists need.
func known(m *store.Member) bool {
	return m.Name != "" && m.Area != "" && (m.Phone != "" || m.Relay != "") && !m.Consent.IsZero()
}

func (t *Turn) profileNote() profileNote {
	var n profileNote
	t.Get("profile", &n)
	return n
}

// subject is whose profile it is; for somebody who is not kept yet, what is
// known of her so far.
func (t *Turn) subject() (*store.Member, error) {
	n := t.profileNote()
	switch {
	case n.Other:
		d := n.Draft
		t.Get("draft", &d)
		return d.member(), nil
	case n.Member != "" && n.Member != t.Member.ID:
		return t.Tx.Member(n.Member)
	}
	return t.Member, nil
}

// keep keeps what was said of the subject.
func (t *Turn) keep(m *store.Member) error {
	if t.profileNote().Other {
		t.Set("draft", draft{Name: m.Name, Area: m.Area, Phone: m.Phone})
		return nil
	}
	return t.PutMember(m)
}

// wanted says whether field is to be asked: it alone was asked for, or it is
// not known, or she came back to it.
func (t *Turn) wanted(field, value string) bool {
	if only := t.profileNote().Only; only != "" {
		return only == field
	}
	return value == "" || t.Anew()
}

func askConsent(t *Turn) error {
	n := t.profileNote()
	if !n.Consent || !n.Other && !t.Member.Consent.IsZero() && !t.Anew() {
		return t.Next()
	}
	if n.Other {
		return askHerConsent(t)
	}
	t.Say("profile.consent")
	t.Offer(Pick("yes", "answer.agree"), Pick("no", "answer.disagree"))
	return nil
}

// askHerConsent asks whether somebody else has agreed.
func askHerConsent(t *Turn) error {
	t.Say("profile.consent_other")
	t.Offer(Pick("yes", "profile.agreed"), Pick("no", "profile.not_asked"))
	return nil
}

func takeConsent(t *Turn) error {
	switch t.Chosen() {
	case "yes":
		if t.profileNote().Other {
			return nil
		}
		t.Member.Consent = t.Now
		return t.PutMember(t.Member)
	case "no":
		t.Say("profile.no_consent")
		return t.End()
	}
	return t.Again("engine.unclear")
}

func askName(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	if !t.wanted("name", m.Name) {
		return t.Next()
	}
	if t.other() {
		t.Say("profile.name_other")
	} else {
		t.Say("profile.name")
	}
	return nil
}

func takeName(t *Turn) error {
	name, ok := readName(t.Words())
	if !ok {
		return t.Again("profile.name_again")
	}
	m, err := t.subject()
	if err != nil {
		return err
	}
	m.Name = name
	return t.keep(m)
}

func askProfileArea(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	if !t.wanted("area", m.Area) {
		return t.Goto("phone")
	}
	return t.Call("area", areaNote{Other: t.other()})
}

func keepProfileArea(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	if code := t.Note("area"); code != "" {
		m.Area = code
		return t.keep(m)
	}
	return nil
}

func askPhone(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	if !t.wanted("phone", m.Phone) {
		return t.Next()
	}
	if t.other() {
		t.Say("profile.phone_other")
		t.Offer(Pick("none", "profile.no_phone"))
		return nil
	}
	t.Say("profile.phone")
	t.Offer(SharePhone("profile.share_phone"))
	return nil
}

func takePhone(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	written := t.Words()
	switch {
	case t.Input.Kind == Contact && (t.Input.Own || t.other()):
		written = t.Input.Phone
	case t.Input.Kind == Contact:
		return t.Again("profile.phone_not_own")
	case t.Chosen() == "none":
		m.Phone = ""
		return t.keep(m)
	case t.Chosen() == "share":
		return t.Again("profile.phone_type")
	}
	phone, ok := readPhone(written)
	if !ok {
		return t.Again("profile.phone_again")
	}
	m.Phone = phone
	return t.keep(m)
}

func endProfile(t *Turn) error {
	m, err := t.subject()
	if err != nil {
		return err
	}
	if t.profileNote().Other {
		return t.Return(draft{Name: m.Name, Area: m.Area, Phone: m.Phone})
	}
	return t.Return(m.ID)
}

// other says whether the profile is somebody else's than the one's who speaks.
func (t *Turn) other() bool {
	n := t.profileNote()
	return n.Other || n.Member != "" && n.Member != t.Member.ID
}

// readName reads a person's name: letters of any script, at least two of them,
// at most 80 characters.
func readName(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), " ")
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsMark(r) || r == ' ' || r == '.' || r == '-' || r == '\'' || r == '’' || r == '\u200b' || r == '\u200c' || r == '\u200d':
		default:
			return "", false
		}
	}
	if letters < 2 || utf8.RuneCountInString(s) > 80 {
		return "", false
	}
	return s, true
}

// oldPrefixes are the mobile prefixes of eleven-digit numbers and what became
// of them on 15 September 2018 (plan of the Ministry of Information and
// Communications, decision 798/QĐ-BTTTT).
var oldPrefixes = map[string]string{
	"0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
	"0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
	"0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038", "0169": "039",
	"0186": "056", "0188": "058", "0199": "059",
}

// readPhone reads a phone number as people write it (0912 345 678, +84…,
// 84…, dots, dashes, old eleven-digit ones, digits of other scripts) into E.164.
// Numbers of other countries need the plus sign.
func readPhone(s string) (string, bool) {
	var b strings.Builder
	for i, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '០' && r <= '៩':
			b.WriteRune('0' + r - '០')
		case r >= '０' && r <= '９':
			b.WriteRune('0' + r - '０')
		case r == '+' && i == 0:
			b.WriteRune('+')
		case strings.ContainsRune(" .-()/\u00a0\u202f", r):
		default:
			return "", false
		}
	}
	d := b.String()
	if rest, ok := strings.CutPrefix(d, "00"); ok {
		d = "+" + rest
	}
	if strings.HasPrefix(d, "84") && len(d) >= 11 {
		d = "+" + d
	}
	if rest, ok := strings.CutPrefix(d, "+84"); ok {
		d = "0" + strings.TrimPrefix(rest, "0")
	}
	if strings.HasPrefix(d, "+") {
		return d, len(d) >= 9 && len(d) <= 16 && d[1] != '0'
	}
	if len(d) == 11 {
		if now, ok := oldPrefixes[d[:4]]; ok {
			d = now + d[4:]
		}
	}
	mobile := len(d) == 10 && strings.HasPrefix(d, "0") && strings.Contains("35789", d[1:2])
	fixed := len(d) == 11 && strings.HasPrefix(d, "02")
	if !mobile && !fixed {
		return "", false
	}
	return "+84" + d[1:], true
}
