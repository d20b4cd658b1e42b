package form

import "slices"

// An Explanation says how grave a code is. Its words stand in the locales, section finding.
type Explanation struct {
	Code     Code
	Severity Severity
}

// Explain finds the explanation of a code. An unknown code, from a newer version, is an error.
func Explain(c Code) Explanation {
	i := slices.IndexFunc(explanations[:], func(e Explanation) bool { return e.Code == c })
	if i < 0 {
		return Explanation{c, Error}
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

// The simple sheet.
const (
	SimpleQuestionMissing   Code = "simple_question_missing"
	SimpleKindMissing       Code = "simple_kind_missing"
	SimpleKindUnknown       Code = "simple_kind_unknown"
	SimpleChoicesMissing    Code = "simple_choices_missing"
	SimpleChoicesUnused     Code = "simple_choices_unused"
	SimpleChoiceTwice       Code = "simple_choice_twice"
	SimpleChoicesKhmer      Code = "simple_choices_khmer"
	SimpleRequired          Code = "simple_required"
	SimpleCondition         Code = "simple_condition"
	SimpleConditionQuestion Code = "simple_condition_question"
	SimpleConditionChoice   Code = "simple_condition_choice"
	SimpleConditionKind     Code = "simple_condition_kind"
	SimpleConditionMixed    Code = "simple_condition_mixed"
	SimpleNumber            Code = "simple_number"
	SimpleNumberTwice       Code = "simple_number_twice"
	SimpleColumnUnknown     Code = "simple_column_unknown"
	SimpleKhmerMissing      Code = "simple_khmer_missing"
	SimpleSheets            Code = "simple_sheets"
)

// The sheet phat_hanh.
const (
	ReleaseUnknown   Code = "release_unknown"
	ReleaseTwice     Code = "release_twice"
	ReleaseAudience  Code = "release_audience"
	ReleaseAnonymity Code = "release_anonymity"
	ReleaseQuota     Code = "release_quota"
	ReleaseReminders Code = "release_reminders"
	ReleasePause     Code = "release_pause"
	ReleaseDate      Code = "release_date"
	ReleaseWindow    Code = "release_window"
)

// explanations are in the order of the constants above.
var explanations = [...]Explanation{
	{FileTooLarge, Error},
	{FileXLS, Error},
	{FilePassword, Error},
	{FileODS, Error},
	{FileNotWorkbook, Error},
	{FileUnpacks, Error},
	{FileDamaged, Error},
	{FileMacros, Warning},
	{SheetHidden, Warning},
	{CellsMerged, Warning},
	{CellFailed, Warning},
	{CellNotComputed, Warning},
	{TooMany, Warning},
	{SheetMissing, Error},
	{SheetMisspelt, Warning},
	{HeaderMissing, Error},
	{HeaderTwice, Error},
	{HeaderAlias, Error},
	{HeaderSpaces, Warning},
	{SettingTwice, Warning},
	{SettingIgnored, Warning},
	{FormNameInvalid, Error},
	{InstanceIDNeeded, Error},
	{EntitiesIgnored, Warning},
	{RowComment, Warning},
	{RowDisabled, Warning},
	{TypeMissing, Error},
	{TypeUnknown, Error},
	{SelectWithoutList, Error},
	{SelectMalformed, Error},
	{NameMissing, Error},
	{NameInvalid, Error},
	{NameReserved, Error},
	{NameTwice, Error},
	{NameCase, Warning},
	{RepeatNameRoot, Error},
	{RepeatNameTwice, Error},
	{EndUnmatched, Error},
	{BeginUnmatched, Error},
	{LabelMissing, Error},
	{GroupLabelMissing, Warning},
	{BigImageAlone, Error},
	{CalculationMissing, Error},
	{DeviceOld, Warning},
	{BackgroundTrigger, Error},
	{BackgroundCalculation, Error},
	{MediaUnknown, Error},
	{AuditName, Error},
	{AuditLocation, Error},
	{SaveToAlone, Error},
	{SaveToIgnored, Warning},
	{LoopWithoutList, Error},
	{LoopTooLarge, Error},
	{EntityColumn, Error},
	{EntityNameMissing, Error},
	{EntityName, Error},
	{EntityTwice, Error},
	{EntityLabelMissing, Error},
	{EntityUpdateMissing, Error},
	{EntityIDMissing, Error},
	{EntityApart, Error},
	{SaveToGroup, Error},
	{SaveToMalformed, Error},
	{SaveToPrefix, Error},
	{SaveToUnknown, Error},
	{SaveToName, Error},
	{SaveToTwice, Error},
	{ReferenceInvalid, Error},
	{ReferenceUnknown, Error},
	{ReferenceMisspelt, Error},
	{ReferenceAmbiguous, Error},
	{ReferenceList, Error},
	{TriggerUnseen, Error},
	{SourceTwice, Error},
	{SourceClash, Error},
	{ChoicesMissing, Error},
	{ListUnknown, Error},
	{ListMisspelt, Error},
	{ExternalMissing, Error},
	{ExternalUnfiltered, Warning},
	{FileEnding, Error},
	{ChoiceNameMissing, Error},
	{ChoiceLabelMissing, Warning},
	{ChoiceTwice, Error},
	{ChoiceSpaces, Error},
	{OtherFiltered, Error},
	{OtherWithoutChoices, Error},
	{OtherUntranslated, Warning},
	{SearchFile, Error},
	{SearchShared, Error},
	{TableFiltered, Error},
	{TableLists, Error},
	{ParametersInvalid, Error},
	{ParameterUnknown, Error},
	{ParameterValue, Error},
	{SeedAlone, Error},
	{RangeAppearance, Error},
	{RangeZero, Error},
	{RangeWide, Error},
	{RangeMultiple, Error},
	{RangeOutside, Error},
	{RangeTickNumber, Error},
	{RangeTickOutside, Error},
	{RangeTickStep, Error},
	{RangeTickEnds, Error},
	{LanguageWithoutCode, Warning},
	{LanguageUnnamed, Warning},
	{LanguageColumnMissing, Warning},
	{TranslationMissing, Warning},
	{ChoiceLong, Warning},
	{ChoiceSameLabel, Warning},
	{QuestionLong, Warning},
	{ListUnused, Warning},
	{ListOfOne, Warning},
	{ChoiceSpaced, Warning},
	{NameSPSS, Warning},
	{NameLong, Warning},
	{NameWord, Warning},
	{NameAgain, Warning},
	{Circular, Error},
	{ForwardReference, Warning},
	{RepeatInRepeat, Warning},
	{FormEmpty, Error},
	{ChatMap, Warning},
	{ChatDrawing, Warning},
	{ChatBarcode, Warning},
	{ChatBackground, Warning},
	{ChatAudit, Warning},
	{ChatData, Warning},
	{ChatDevice, Warning},
	{ChatFile, Warning},
	{ChatMapChoice, Warning},
	{ChatPlace, Warning},
	{ChatPulldata, Warning},
	{ChatSearch, Warning},
	{ChatApp, Warning},
	{IdentifiesPerson, Warning},
	{ExpressionFunctionMisspelt, Error},
	{ExpressionName, Error},
	{ExpressionBareName, Error},
	{ChoiceColumnUnknown, Error},
	{ChoiceUnknown, Warning},
	{ChoiceMisspelt, Warning},
	{EqualMultiple, Warning},
	{Unreachable, Warning},
	{ConstraintImpossible, Warning},
	{"expression_empty", Error},
	{"expression_long", Error},
	{"expression_deep", Error},
	{"expression_unexpected", Error},
	{"expression_end", Error},
	{"expression_unclosed", Error},
	{"expression_unopened", Error},
	{"expression_text", Error},
	{"expression_quote", Error},
	{"expression_operator", Error},
	{"expression_reference", Error},
	{"expression_number", Error},
	{"expression_unsupported", Error},
	{"expression_function", Error},
	{"expression_scope", Warning},
	{"expression_arguments", Error},
	{"expression_argument", Error},
	{"expression_regex", Error},
	{"expression_lookahead", Error},
	{"expression_lastsaved", Warning},
	{"expression_union", Error},
	{"expression_path", Error},
	{"expression_column", Error},
	{"expression_date", Error},
	{"expression_endless", Error},
	{"expression_algorithm", Warning},
	{SimpleQuestionMissing, Error},
	{SimpleKindMissing, Error},
	{SimpleKindUnknown, Error},
	{SimpleChoicesMissing, Error},
	{SimpleChoicesUnused, Warning},
	{SimpleChoiceTwice, Error},
	{SimpleChoicesKhmer, Warning},
	{SimpleRequired, Error},
	{SimpleCondition, Error},
	{SimpleConditionQuestion, Error},
	{SimpleConditionChoice, Error},
	{SimpleConditionKind, Error},
	{SimpleConditionMixed, Warning},
	{SimpleNumber, Error},
	{SimpleNumberTwice, Error},
	{SimpleColumnUnknown, Warning},
	{SimpleKhmerMissing, Warning},
	{SimpleSheets, Warning},
	{ReleaseUnknown, Warning},
	{ReleaseTwice, Error},
	{ReleaseAudience, Error},
	{ReleaseAnonymity, Error},
	{ReleaseQuota, Error},
	{ReleaseReminders, Error},
	{ReleasePause, Error},
	{ReleaseDate, Error},
	{ReleaseWindow, Error},
}
