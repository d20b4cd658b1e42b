package demo

import _ "embed"

// QuestionnaireName is the sample questionnaire as a file.
const QuestionnaireName = "nuoi-con-duoi-36-thang.xlsx"

//go:embed nuoi-con-duoi-36-thang.xlsx
var questionnaire []byte

// Questionnaire is the questionnaire of the sample: an XLSForm in Vietnamese and Khmer on the policies for
// women who raise children under 36 months, with 18 questions of which one person is asked 4 to 18, and a
// sheet phat_hanh. It is what a member of the staff would send to the bot. The caller must not change it.
//
// What it asks about: Labour Code 45/2019/QH14, articles 137 (60 minutes a day for a child under 12 months)
// and 139 (six months of leave); Law on Social Insurance 41/2024/QH15 (maternity benefits); Law on Health Insurance
// 25/2008/QH12, article 12 (children under six); Decree 39/2015/NĐ-CP (poor women of ethnic minorities who give birth).
// Its Khmer waits for a native reviewer. The table from which the workbook is made stands in
// questionnaire_test.go; go test ./bot/demo -run Questionnaire -update writes it anew.
func Questionnaire() []byte { return questionnaire }
