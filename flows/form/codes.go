package form

import "slices"

// An Explanation says what a code means.
type Explanation struct {
	Code     Code
	Severity Severity
	What     string // is wrong; {name} stands for the argument of that name
	Do       string // about it
}

// Explain finds the explanation of a code. An unknown code, from a newer version, explains itself.
func Explain(c Code) Explanation {
	i := slices.IndexFunc(explanations[:], func(e Explanation) bool { return e.Code == c })
	if i < 0 {
		return Explanation{Code: c, Severity: Error, What: string(c)}
	}
	return explanations[i]
}

// Explanations lists all codes, for those who must have words for each.
func Explanations() []Explanation { return slices.Clone(explanations[:]) }

// The file itself.
const (
	FileTooLarge    Code = "file_too_large"
	FileXLS         Code = "file_xls"
	FilePassword    Code = "file_password"
	FileODS         Code = "file_ods"
	FileNotWorkbook Code = "file_not_workbook"
	FileUnpacks     Code = "file_unpacks"
	FileDamaged     Code = "file_damaged"
	FileMacros      Code = "file_macros"
	SheetHidden     Code = "sheet_hidden"
	CellsMerged     Code = "cells_merged"
	CellFailed      Code = "cell_failed"
	CellNotComputed Code = "cell_not_computed"
	TooMany         Code = "too_many"
)

// Sheets, headings and settings.
const (
	SheetMissing     Code = "sheet_missing"
	SheetMisspelt    Code = "sheet_misspelt"
	HeaderMissing    Code = "header_missing"
	HeaderTwice      Code = "header_twice"
	HeaderAlias      Code = "header_alias"
	HeaderSpaces     Code = "header_spaces"
	SettingTwice     Code = "setting_twice"
	SettingIgnored   Code = "setting_ignored"
	FormNameInvalid  Code = "form_name_invalid"
	InstanceIDNeeded Code = "instance_id_needed"
	EntitiesIgnored  Code = "entities_ignored"
)

// Rows of the survey.
const (
	RowComment            Code = "row_comment"
	RowDisabled           Code = "row_disabled"
	TypeMissing           Code = "type_missing"
	TypeUnknown           Code = "type_unknown"
	SelectWithoutList     Code = "select_without_list"
	SelectMalformed       Code = "select_malformed"
	NameMissing           Code = "name_missing"
	NameInvalid           Code = "name_invalid"
	NameReserved          Code = "name_reserved"
	NameTwice             Code = "name_twice"
	NameCase              Code = "name_case"
	RepeatNameRoot        Code = "repeat_name_root"
	RepeatNameTwice       Code = "repeat_name_twice"
	EndUnmatched          Code = "end_unmatched"
	BeginUnmatched        Code = "begin_unmatched"
	LabelMissing          Code = "label_missing"
	GroupLabelMissing     Code = "group_label_missing"
	BigImageAlone         Code = "big_image_alone"
	CalculationMissing    Code = "calculation_missing"
	DeviceOld             Code = "device_old"
	BackgroundTrigger     Code = "background_trigger"
	BackgroundCalculation Code = "background_calculation"
	MediaUnknown          Code = "media_unknown"
	AuditName             Code = "audit_name"
	AuditLocation         Code = "audit_location"
	SaveToAlone           Code = "save_to_alone"
	SaveToIgnored         Code = "save_to_ignored"
	LoopWithoutList       Code = "loop_without_list"
	LoopTooLarge          Code = "loop_too_large"
)

// Lists that forms share.
const (
	EntityColumn        Code = "entity_column"
	EntityNameMissing   Code = "entity_name_missing"
	EntityName          Code = "entity_name"
	EntityTwice         Code = "entity_twice"
	EntityLabelMissing  Code = "entity_label_missing"
	EntityUpdateMissing Code = "entity_update_missing"
	EntityIDMissing     Code = "entity_id_missing"
	EntityApart         Code = "entity_apart"
	SaveToGroup         Code = "save_to_group"
	SaveToMalformed     Code = "save_to_malformed"
	SaveToPrefix        Code = "save_to_prefix"
	SaveToUnknown       Code = "save_to_unknown"
	SaveToName          Code = "save_to_name"
	SaveToTwice         Code = "save_to_twice"
)

// References.
const (
	ReferenceInvalid   Code = "reference_invalid"
	ReferenceUnknown   Code = "reference_unknown"
	ReferenceMisspelt  Code = "reference_misspelt"
	ReferenceAmbiguous Code = "reference_ambiguous"
	ReferenceList      Code = "reference_list"
	TriggerUnseen      Code = "trigger_unseen"
	SourceTwice        Code = "source_twice"
	SourceClash        Code = "source_clash"
)

// Choices.
const (
	ChoicesMissing      Code = "choices_missing"
	ListUnknown         Code = "list_unknown"
	ListMisspelt        Code = "list_misspelt"
	ExternalMissing     Code = "external_missing"
	ExternalUnfiltered  Code = "external_unfiltered"
	FileEnding          Code = "file_ending"
	ChoiceNameMissing   Code = "choice_name_missing"
	ChoiceLabelMissing  Code = "choice_label_missing"
	ChoiceTwice         Code = "choice_twice"
	ChoiceSpaces        Code = "choice_spaces"
	OtherFiltered       Code = "other_filtered"
	OtherWithoutChoices Code = "other_without_choices"
	OtherUntranslated   Code = "other_untranslated"
	SearchFile          Code = "search_file"
	SearchShared        Code = "search_shared"
	TableFiltered       Code = "table_filtered"
	TableLists          Code = "table_lists"
)

// Parameters.
const (
	ParametersInvalid Code = "parameters_invalid"
	ParameterUnknown  Code = "parameter_unknown"
	ParameterValue    Code = "parameter_value"
	SeedAlone         Code = "seed_alone"
	RangeAppearance   Code = "range_appearance"
	RangeZero         Code = "range_zero"
	RangeWide         Code = "range_wide"
	RangeMultiple     Code = "range_multiple"
	RangeOutside      Code = "range_outside"
	RangeTickNumber   Code = "range_tick_number"
	RangeTickOutside  Code = "range_tick_outside"
	RangeTickStep     Code = "range_tick_step"
	RangeTickEnds     Code = "range_tick_ends"
)

// Lint: languages and labels.
const (
	LanguageWithoutCode   Code = "language_without_code"
	LanguageUnnamed       Code = "language_unnamed"
	LanguageColumnMissing Code = "language_column_missing"
	TranslationMissing    Code = "translation_missing"
	ChoiceLong            Code = "choice_long"
	ChoiceSameLabel       Code = "choice_same_label"
	QuestionLong          Code = "question_long"
)

// Lint: choices and names.
const (
	ListUnused   Code = "list_unused"
	ListOfOne    Code = "list_of_one"
	ChoiceSpaced Code = "choice_spaced"
	NameSPSS     Code = "name_spss"
	NameLong     Code = "name_long"
	NameWord     Code = "name_word"
	NameAgain    Code = "name_again"
)

// Lint: order.
const (
	Circular         Code = "circular"
	ForwardReference Code = "forward_reference"
	RepeatInRepeat   Code = "repeat_in_repeat"
)

// Lint: what a chat cannot do.
const (
	FormEmpty      Code = "form_empty"
	ChatMap        Code = "chat_map"
	ChatDrawing    Code = "chat_drawing"
	ChatBarcode    Code = "chat_barcode"
	ChatBackground Code = "chat_background"
	ChatAudit      Code = "chat_audit"
	ChatData       Code = "chat_data"
	ChatDevice     Code = "chat_device"
	ChatFile       Code = "chat_file"
	ChatMapChoice  Code = "chat_map_choice"
	ChatPlace      Code = "chat_place"
	ChatPulldata   Code = "chat_pulldata"
	ChatSearch     Code = "chat_search"
	ChatApp        Code = "chat_app"
)

// Lint: anonymous campaigns.
const (
	IdentifiesPerson Code = "identifies_person"
)

// Lint: expressions. Codes that begin with expression_ and are not named here are those of package xpath.
const (
	ExpressionFunctionMisspelt Code = "expression_function_misspelt"
	ExpressionName             Code = "expression_name"
	ExpressionBareName         Code = "expression_bare_name"
	ChoiceColumnUnknown        Code = "choice_column_unknown"
	ChoiceUnknown              Code = "choice_unknown"
	ChoiceMisspelt             Code = "choice_misspelt"
	EqualMultiple              Code = "equal_multiple"
	Unreachable                Code = "unreachable"
	ConstraintImpossible       Code = "constraint_impossible"
)

// explanations are in the order of the constants above.
var explanations = [...]Explanation{
	{FileTooLarge, Error, "The file is larger than 20 MB.", "Take pictures and old sheets out of the workbook and send it again."},
	{FileXLS, Error, "This is a workbook of the old kind (.xls).", "Open it in Excel, choose Save As, and save it as an Excel workbook (.xlsx)."},
	{FilePassword, Error, "The workbook is locked with a password.", "Save a copy without a password and send that."},
	{FileODS, Error, "This is a LibreOffice workbook (.ods).", "Save it as an Excel workbook (.xlsx) and send that."},
	{FileNotWorkbook, Error, "This is no Excel workbook.", "Send the .xlsx file itself, not a picture of it or a link to it."},
	{FileUnpacks, Error, "The workbook is far larger inside than a form can be.", "Copy the sheets survey, choices and settings into a new workbook and send that."},
	{FileDamaged, Error, "A sheet of the workbook cannot be read: the file is damaged.", "Open it in Excel, save it under a new name and send that."},
	{FileMacros, Warning, "The workbook holds macros. They are not run.", "Save it as .xlsx if you do not need them."},
	{SheetHidden, Warning, "This sheet is hidden. It was read all the same.", "Unhide it, so that whoever works on the form next sees it."},
	{CellsMerged, Warning, "These cells are merged. Only the first of them says anything.", "Unmerge them and write the text into each row that needs it."},
	{CellFailed, Warning, "A formula failed here and gives {value}.", "Mend the formula, or write the text itself."},
	{CellNotComputed, Warning, "A formula here has no result yet, so the cell counts as empty.", "Open the workbook in Excel and save it once, or write the text itself."},
	{TooMany, Warning, "{count} more were found.", "Mend these first and send the workbook again."},
	{SheetMissing, Error, "There is no sheet named survey with a line of headings.", "Name the sheet with the questions survey, with headings such as type, name, label in its first line."},
	{SheetMisspelt, Warning, "This sheet is not read. Was {sheet} meant?", "Rename it to {sheet}, or put an underscore before its name."},
	{HeaderMissing, Error, "The column {column} is missing.", "Add a column with the heading {column} in the first line."},
	{HeaderTwice, Error, "The heading {heading} stands here for the second time.", "Rename or delete one of the two columns."},
	{HeaderAlias, Error, "The headings {other} and {heading} mean the same column.", "Rename or delete one of the two."},
	{HeaderSpaces, Warning, "The heading {heading} has spaces, so no choice filter can use the column.", "Write it with underscores instead of spaces."},
	{SettingTwice, Warning, "{other} and {heading} mean the same setting.", "Keep one of the two."},
	{SettingIgnored, Warning, "The setting {setting} is for other programs. Nothing is done with it here.", "Leave it, or take it out."},
	{FormNameInvalid, Error, "The form cannot be called {name}.", "Begin the name with a letter, then use letters, digits, underscores, hyphens or points; no spaces."},
	{InstanceIDNeeded, Error, "A form with a public_key needs its instanceID.", "Take out omit_instanceID or public_key."},
	{EntitiesIgnored, Warning, "The form would change lists that it shares with other forms. That is not done here: answers are kept, the lists stay as they are.", "Leave the sheet for ODK, or take it out."},
	{RowComment, Warning, "This row has no type, name or label and is left out.", "Give it a type if it is a question."},
	{RowDisabled, Warning, "The column disabled is not part of the standard.", "Use relevant instead."},
	{TypeMissing, Error, "This row has no type.", "Write what kind of question it is, such as text, integer or select_one LIST."},
	{TypeUnknown, Error, "Nobody knows the type {type}.", "Use a type of the standard, such as text, integer, date, select_one LIST, note; see xlsform.org."},
	{SelectWithoutList, Error, "{type} does not say which list of choices.", "Write the list's name after it, such as {type} yes_no."},
	{SelectMalformed, Error, "{type} is not a type with the name of one list.", "Write one list name without spaces after the type, and at most or_other after that."},
	{NameMissing, Error, "This row ({type}) has no name.", "Give it a short name without spaces, such as age."},
	{NameInvalid, Error, "{name} cannot be a name.", "Begin with a letter or underscore, then use letters, digits, underscores, hyphens or points; no spaces."},
	{NameReserved, Error, "The name {name} is kept for the form's own data.", "Choose another name."},
	{NameTwice, Error, "The name {name} is used twice in the same group.", "Give one of the two another name."},
	{NameCase, Warning, "The name {name} differs from another only in capital letters.", "Programs for analysis may mix the two up: choose another name."},
	{RepeatNameRoot, Error, "A repeat cannot have the name of the form itself, {name}.", "Choose another name."},
	{RepeatNameTwice, Error, "Two repeats have the name {name}.", "Give one of the two another name."},
	{EndUnmatched, Error, "end {kind} ends nothing that is open here.", "Delete it, or write the begin {kind} that is missing."},
	{BeginUnmatched, Error, "begin {kind} ({name}) is never ended.", "Write a row end {kind} where it ends."},
	{LabelMissing, Error, "The question {name} says nothing: it has no label and no hint.", "Write what is asked into the column label."},
	{GroupLabelMissing, Warning, "The {kind} {name} has no label.", "Write a heading into the column label, so that people know where they are."},
	{BigImageAlone, Error, "{name} has a big-image and no image.", "Name the small picture in the column image."},
	{CalculationMissing, Error, "{name} computes nothing: its calculation is empty.", "Write the expression into the column calculation."},
	{DeviceOld, Warning, "{type} is something only old telephones tell.", "Take the row out."},
	{BackgroundTrigger, Error, "{name} needs a trigger.", "Name in the column trigger the question whose answer starts it."},
	{BackgroundCalculation, Error, "{name} cannot have a calculation.", "Take the calculation out."},
	{MediaUnknown, Error, "Nobody shows media of the kind {kind}.", "Use image, big-image, audio or video."},
	{AuditName, Error, "The row audit cannot have the name {name}.", "Leave its name empty."},
	{AuditLocation, Error, "A place in the audit needs location-priority, location-min-interval and location-max-age.", "Write all three, or none."},
	{SaveToAlone, Error, "save_to needs a sheet entities.", "Take the column save_to out, or add the sheet."},
	{SaveToIgnored, Warning, "save_to writes to a list that forms share. That is not done here.", "Leave it for ODK, or take it out."},
	{LoopWithoutList, Error, "The loop {name} does not say over which list.", "Write begin loop over LIST."},
	{LoopTooLarge, Error, "The loop {name} would make {count} questions.", "Use a shorter list, or a repeat."},
	{EntityColumn, Error, "The sheet entities knows no column {column}.", "Correct the heading, or delete the column."},
	{EntityNameMissing, Error, "This list of entities has no name.", "Write one into the column list_name."},
	{EntityName, Error, "A list of entities cannot be called {name}.", "Begin with a letter, then use letters, digits and underscores; no points, and no two underscores at the beginning."},
	{EntityTwice, Error, "The list {name} is declared twice.", "Delete one of the two rows."},
	{EntityLabelMissing, Error, "New entities of the list {name} get no label.", "Write what they are called into the column label."},
	{EntityUpdateMissing, Error, "The list {name} has create_if and entity_id but no update_if.", "Write when an entity is changed into update_if, or take entity_id out."},
	{EntityIDMissing, Error, "The list {name} has update_if but no entity_id.", "Write which entity is changed into entity_id."},
	{EntityApart, Error, "The list {name} cannot use {question}: it stands in another repeat than the others.", "Use questions of one repeat, or copy the answer with a row of type calculate."},
	{SaveToGroup, Error, "A group or repeat cannot be saved.", "Move save_to to a question."},
	{SaveToMalformed, Error, "{text} has more than one #.", "Write LIST#PROPERTY."},
	{SaveToPrefix, Error, "{text} does not say to which list.", "Write LIST#{text}."},
	{SaveToUnknown, Error, "The sheet entities declares no list {list}.", "Correct the name, or declare the list."},
	{SaveToName, Error, "A property cannot be called {name}.", "Begin with a letter, then use letters, digits and underscores; not name or label, and no two underscores at the beginning."},
	{SaveToTwice, Error, "The property {name} is saved twice (also in row {row}).", "Change one of the two."},
	{ReferenceInvalid, Error, "A reference in {text} is not written as it should be.", "Write ${, the name of a question, and }."},
	{ReferenceUnknown, Error, "No question is called {name}.", "Correct the name, or add the question."},
	{ReferenceMisspelt, Error, "No question is called {name}.", "Was {similar} meant? Correct the name."},
	{ReferenceAmbiguous, Error, "More than one question is called {name}.", "Give each its own name."},
	{ReferenceList, Error, "{text} names several questions without commas.", "Write a comma between them."},
	{TriggerUnseen, Error, "{name} is computed and nobody answers it, so it cannot be a trigger.", "Name a question that is asked."},
	{SourceTwice, Error, "Two rows bring data called {name}.", "Give one of the two another name."},
	{SourceClash, Error, "{name} is the name of two different sources of data (the other is {other}).", "Rename one of the two."},
	{ChoicesMissing, Error, "The list {list} is missing, and so is a sheet choices with lists in it.", "Add a sheet choices with the columns list_name, name and label."},
	{ListUnknown, Error, "There is no list {list} on the sheet choices.", "Correct the name, or add the list."},
	{ListMisspelt, Error, "There is no list {list} on the sheet choices.", "Was {similar} meant? Correct the name."},
	{ExternalMissing, Error, "The list {list} needs a sheet external_choices.", "Add the sheet, with the columns list_name, name and label."},
	{ExternalUnfiltered, Warning, "{name} has no choice_filter.", "select_one_external is for long lists with a filter; otherwise use select_one."},
	{FileEnding, Error, "{file} is not the name of a file with choices.", "Name a file that ends with .csv, .xml or .geojson."},
	{ChoiceNameMissing, Error, "A choice of the list {list} has no name.", "Write a short code into the column name."},
	{ChoiceLabelMissing, Warning, "The choice {name} of the list {list} has no label.", "Write what people read into the column label."},
	{ChoiceTwice, Error, "The list {list} has the choice {name} twice (also in row {row}).", "Change one of the two, or allow it with the setting allow_choice_duplicates."},
	{ChoiceSpaces, Error, "The choice {name} of the list {list} has spaces in its name, and several of the list can be chosen.", "Write it with underscores."},
	{OtherFiltered, Error, "{name} has both or_other and a choice_filter.", "Take one of the two out."},
	{OtherWithoutChoices, Error, "{name} has or_other and a list without choices on the sheet choices.", "Write the list on the sheet choices."},
	{OtherUntranslated, Warning, "or_other of {name} asks in English where the language is {language}.", "Write a choice other and a text question of your own instead of or_other."},
	{SearchFile, Error, "{name} has its choices in a file and searches for them as well.", "Take search() out of the appearance, or use select_one with a list."},
	{SearchShared, Error, "{name} searches for its choices, and {other} offers the same list {list} as it stands.", "Use another list for one of the two."},
	{TableFiltered, Error, "{name} stands in a table and has a choice_filter.", "Take the filter out, or table-list."},
	{TableLists, Error, "The questions of a table must have one list: this one has {list}, the first {other}.", "Use the same list, or take table-list out."},
	{ParametersInvalid, Error, "{text} is not written as parameters are.", "Write name=value, with spaces between several."},
	{ParameterUnknown, Error, "The parameter {key} does not belong to this type.", "It takes: {accepted}."},
	{ParameterValue, Error, "The parameter {key} cannot be {value}.", "It takes: {want}."},
	{SeedAlone, Error, "seed works only together with randomize=true.", "Add randomize=true, or take seed out."},
	{RangeAppearance, Error, "{key} works only with the appearances vertical and no-ticks, or none.", "Change the appearance, or take {key} out."},
	{RangeZero, Error, "{key} cannot be 0.", "Write how far it is from one mark to the next."},
	{RangeWide, Error, "{key} is larger than the range from start to end.", "Make it smaller."},
	{RangeMultiple, Error, "{key} does not lie on a step.", "Write a multiple of step."},
	{RangeOutside, Error, "{key} does not lie between start and end.", "Write a number between the two."},
	{RangeTickNumber, Error, "{name} labels a tick and is no number.", "Write the number of the tick into the column name."},
	{RangeTickOutside, Error, "The tick {name} does not lie between start and end.", "Write a number between the two."},
	{RangeTickStep, Error, "The tick {name} does not lie on a step.", "Write a number that does."},
	{RangeTickEnds, Error, "With no-ticks only the start and the end of a range have labels.", "Write a list of those two."},
	{LanguageWithoutCode, Warning, "The language {language} has no code.", "Write it in parentheses after the name, such as Tiếng Việt (vi)."},
	{LanguageUnnamed, Warning, "The column {column} has no language, and others have one.", "Name its language in the heading, or set default_language."},
	{LanguageColumnMissing, Warning, "There is no column {column} in {language}.", "Add the column {column}::{language}; until then people read the default language there."},
	{TranslationMissing, Warning, "The {column} of {name} is missing in {language}.", "Translate it; until then people read the default language there."},
	{ChoiceLong, Warning, "{count} labels of the list {list}, such as this one of {name}, are longer than a button shows.", "Shorten them to 30 letters; otherwise they stand in the message, and the buttons are numbers."},
	{ChoiceSameLabel, Warning, "{name} and {other} of the list {list} read the same.", "Write labels that differ also without diacritics: people may type them."},
	{QuestionLong, Warning, "{name} has {count} letters.", "Divide it, or put part of it into a note before it."},
	{ListUnused, Warning, "No question uses the list {list}.", "Delete it, or name it in a question."},
	{ListOfOne, Warning, "The list {list} of {name} has one choice only.", "Add choices, or use acknowledge."},
	{ChoiceSpaced, Warning, "The list {list} has names with spaces, such as {name}.", "Write underscores instead: several programs for analysis cannot take spaces."},
	{NameSPSS, Warning, "SPSS and Stata cannot take the name {name}.", "Use letters a to z, digits and underscores; begin with a letter and do not end with an underscore or point."},
	{NameLong, Warning, "The name {name} has {count} letters.", "Use at most 32: Stata takes no more."},
	{NameWord, Warning, "The name {name} is a command in SPSS.", "Choose another name."},
	{NameAgain, Warning, "Another question is called {name} as well.", "Give each its own name, or their columns look the same in the results."},
	{Circular, Error, "These wait for each other: {names}.", "Take one of the references out."},
	{ForwardReference, Warning, "{name} asks about the answer to {other}, which comes only later.", "Move {other} before it."},
	{RepeatInRepeat, Warning, "The repeat {name} stands inside another.", "In a chat people lose count: ask it in a form of its own if you can."},
	{FormEmpty, Error, "The form asks nothing.", "Write at least one question with an answer."},
	{ChatMap, Warning, "{name} ({type}) needs a map to draw on. It is not asked in chat.", "Ask for one place (geopoint), or for the hamlet."},
	{ChatDrawing, Warning, "{name} ({appearance}) needs a place to draw. A photo is asked for instead.", "Ask for a photo of the signed paper."},
	{ChatBarcode, Warning, "{name} needs a scanner. A chat asks for the code to be typed.", "Use text, with a constraint if the code has a form."},
	{ChatBackground, Warning, "{name} ({type}) listens or looks in the background. A chat cannot.", "Take it out."},
	{ChatAudit, Warning, "The audit log is not kept in chat.", "Take it out."},
	{ChatData, Warning, "{name} ({type}) brings a file with the form. It is not read.", "Put the list on the sheet choices."},
	{ChatDevice, Warning, "{name} ({type}) is something a chat does not tell. It stays empty.", "Take it out."},
	{ChatFile, Warning, "The choices of {name} are in the file {file}. It is not read.", "Put them on the sheet choices."},
	{ChatMapChoice, Warning, "{name} is chosen on a map or picture. A chat shows a list.", "Check that the labels say enough without it."},
	{ChatPlace, Warning, "{name} is placed on a map. A chat asks people to send where they are.", "Check that this is what you want to know."},
	{ChatPulldata, Warning, "{name} looks in a file that is not there. What it finds is empty.", "Put the data on the sheet choices."},
	{ChatSearch, Warning, "{name} searches a file for its choices. It offers those of the sheet choices.", "Put them on the sheet choices."},
	{ChatApp, Warning, "{name} opens another app. A chat asks it as it stands.", "Take the appearance out."},
	{IdentifiesPerson, Warning, "The answer to {name} may say who answers ({why}).", "Leave it out, ask more coarsely, or do not promise that answers are anonymous."},
	{ExpressionFunctionMisspelt, Error, "There is no function {a}().", "Was {b}() meant?"},
	{ExpressionName, Error, "The path to {name} leads to no question.", "Write ${, the name of a question, and }."},
	{ExpressionBareName, Error, "{name} stands here without ${ and }.", "Write ${, the name, and } if a question is meant, or quotation marks around it if a word is."},
	{ChoiceColumnUnknown, Error, "The list {list} has no column {name}.", "Add the column to the sheet choices, or correct the name."},
	{ChoiceUnknown, Warning, "{choice} is no choice of {name} (list {list}).", "Compare with the name of a choice, not with its label."},
	{ChoiceMisspelt, Warning, "{choice} is no choice of {name}.", "Was {similar} meant?"},
	{EqualMultiple, Warning, "{name} may have several answers, and = is true only when {choice} is the only one.", "Use selected() to ask whether {choice} is among them."},
	{Unreachable, Warning, "{name} is never asked: no answers make this true.", "Check the condition, and those of the questions that it names."},
	{ConstraintImpossible, Warning, "No answer to {name} is accepted: none makes this true.", "Check the constraint."},
	{"expression_empty", Error, "The expression is empty.", "Write it, or empty the cell."},
	{"expression_long", Error, "The expression is longer than {a} characters.", "Divide it: compute parts of it in rows of type calculate."},
	{"expression_deep", Error, "The expression has more than {a} brackets within each other.", "Divide it: compute parts of it in rows of type calculate."},
	{"expression_unexpected", Error, "At character {at}: {a} stands where {b} is expected.", "Correct the expression there."},
	{"expression_end", Error, "The expression ends where {a} is expected.", "Complete it."},
	{"expression_unclosed", Error, "At character {at}: {a} is never closed.", "Write {b} where it ends."},
	{"expression_unopened", Error, "At character {at}: {a} closes a bracket that was never opened.", "Delete it, or open the bracket."},
	{"expression_text", Error, "At character {at}: the text that begins with {a} is never closed.", "Write {a} where it ends."},
	{"expression_quote", Error, "At character {at}: {a} is no quotation mark that expressions know.", "Write ' instead."},
	{"expression_operator", Error, "At character {at}: there is no {a}.", "Write {b} instead."},
	{"expression_reference", Error, "At character {at}: {a} names no question.", "Write ${, the name of a question, and }."},
	{"expression_number", Error, "At character {at}: {a} is too large a number.", "Write a smaller one."},
	{"expression_unsupported", Error, "At character {at}: {a} is not part of XLSForm.", "Write it in another way."},
	{"expression_function", Error, "At character {at}: there is no function {a}().", "Use one of those that docs.getodk.org/form-operators-functions lists."},
	{"expression_scope", Warning, "At character {at}: {a}() cannot be used in chat: {b}.", "Ask for it in a question, or leave it out; until then it counts as empty."},
	{"expression_arguments", Error, "At character {at}: {a}() is given {b} arguments and takes {c}.", "Check the commas and brackets."},
	{"expression_argument", Error, "At character {at}: {a}() needs {b}.", "Correct what stands between its brackets."},
	{"expression_regex", Error, "At character {at}: the pattern {a} cannot be read: {b}.", "Correct the pattern."},
	{"expression_lookahead", Error, "At character {at}: the pattern {a} uses {b}, which is not offered here.", "Write the pattern without it, or as two patterns joined with and."},
	{"expression_lastsaved", Warning, "At character {at}: the answer to {a} of the time before is not kept.", "Ask the question again."},
	{"expression_union", Error, "At character {at}: several answers cannot be joined with |.", "Ask about each of them, joined with or."},
	{"expression_path", Error, "At character {at}: {a} leads to no question.", "Write ${, the name of a question, and }."},
	{"expression_column", Error, "At character {at}: there is no column {a} here.", "Write ${, the name, and } if a question is meant."},
	{"expression_date", Error, "At character {at}: {a} is no date.", "Write it as 2026-12-31."},
	{"expression_algorithm", Warning, "At character {at}: digest() has no {a}.", "Use MD5, SHA-1, SHA-256, SHA-384 or SHA-512."},
}
