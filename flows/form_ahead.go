package flows

import "chihai/flows/form"

// A campaignMakeNote says of which form a campaign is made, and for whom its
// workbook says it is meant.
type campaignMakeNote struct {
	Form    string       `json:"form"`
	Version int          `json:"version"`
	Release form.Release `json:"release,omitzero"`
}
