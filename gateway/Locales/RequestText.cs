namespace Dragoman.Locales;

/// <summary>What a client reads about a member of its request that is not as it must be.</summary>
public static class RequestText
{
    public static Wording Required(string field) => new("request.required", ("field", field));

    public static Wording EventsNotJson => new("request.eventsNotJson");

    public static Wording NoEventType => new("request.noEventType");

    public static Wording NoValidationCode => new("request.noValidationCode");

    public static Wording NotEmpty(string field) => new("request.notEmpty", ("field", field));

    public static Wording OneOf(string field, string? value, params string[] allowed) =>
        new("request.oneOf", ("field", field), ("value", value), ("allowed", allowed));

    public static Wording WrongType(string field, Wording wanted, Wording kind) => new("request.wrongType", ("field", field), ("wanted", wanted), ("kind", kind));

    public static Wording Between(string field, double least, double most, double? value) =>
        new("request.between", ("field", field), ("least", least), ("most", most), ("value", value));

    public static Wording AtLeast(string field, long least, long? value) => new("request.atLeast", ("field", field), ("least", least), ("value", value));

    public static Wording MostElements(string field, long most, long count) => new("request.mostElements", ("field", field), ("most", most), ("count", count));

    public static Wording MostItems(string field, long most, long count) => new("request.mostItems", ("field", field), ("most", most), ("count", count));

    public static Wording MostMembers(Wording place, long most, long count) => new("request.mostMembers", ("place", place), ("most", most), ("count", count));

    public static Wording MostParts(long most, long count) => new("request.mostParts", ("most", most), ("count", count));

    public static Wording MostTexts(string field, long most, long count) => new("request.mostTexts", ("field", field), ("most", most), ("count", count));

    public static Wording MostCharacters(string field, long most) => new("request.mostCharacters", ("field", field), ("most", most));

    public static Wording NoText(string field) => new("request.noText", ("field", field));

    public static Wording Given(string field, long count) => new("request.given", ("field", field), ("count", count));

    public static Wording WrittenAs(string field, string name) => new("request.writtenAs", ("field", field), ("name", name));

    public static Wording NoObject(Wording place, Wording kind) => new("request.noObject", ("place", place), ("kind", kind));

    public static Wording Body => new("request.body");

    public static Wording AnObject => new("request.anObject");

    public static Wording AnArray => new("request.anArray");

    public static Wording AString => new("request.aString");

    public static Wording ANumber => new("request.aNumber");

    public static Wording AnInteger => new("request.anInteger");

    public static Wording TrueOrFalse => new("request.trueOrFalse");

    public static Wording Null => new("request.null");

    public static Wording ABase64String => new("request.aBase64String");

    public static Wording ASchema => new("request.aSchema");

    public static Wording StringOrStrings => new("request.stringOrStrings");

    public static Wording StringOrBlocks => new("request.stringOrBlocks");

    public static Wording StringOrParts => new("request.stringOrParts");

    public static Wording StringOrItems => new("request.stringOrItems");

    public static Wording SecondsOrDuration => new("request.secondsOrDuration");

    public static Wording WrongText(string field, Wording wanted, string text) => new("request.wrongText", ("field", field), ("wanted", wanted), ("text", text));

    public static Wording NotBase64(string field) => new("request.notBase64", ("field", field));

    public static Wording Base64OrDataUrl(string field) => new("request.base64OrDataUrl", ("field", field));

    public static Wording UnknownMedium(string field) => new("request.unknownMedium", ("field", field));

    public static Wording WebUrl(string field) => new("request.webUrl", ("field", field));

    public static Wording DataOrWebUrl(string field) => new("request.dataOrWebUrl", ("field", field));

    public static Wording NoCitations(string field) => new("request.noCitations", ("field", field));

    public static Wording NoDocument(string field) => new("request.noDocument", ("field", field));

    public static Wording Blank(string field) => new("request.blank", ("field", field));

    public static Wording ArgumentsText(string field) => new("request.argumentsText", ("field", field));

    public static Wording KnownId(string field, string id) => new("request.knownId", ("field", field), ("id", id));

    public static Wording CallWithoutResult(string field, string id) => new("request.callWithoutResult", ("field", field), ("id", id));

    public static Wording ResultWithoutCall(string field) => new("request.resultWithoutCall", ("field", field));

    public static Wording SecondResult(string field, string id) => new("request.secondResult", ("field", field), ("id", id));

    public static Wording UnknownCall(string field, string id) => new("request.unknownCall", ("field", field), ("id", id));

    public static Wording NamedTwice(string name, long count) => new("request.namedTwice", ("name", name), ("count", count));

    public static Wording KnownTool(string field, string name) => new("request.knownTool", ("field", field), ("name", name));

    public static Wording NamesUnknownTool(string field, string name) => new("request.namesUnknownTool", ("field", field), ("name", name));

    public static Wording IsUnknownTool(string field, string name) => new("request.isUnknownTool", ("field", field), ("name", name));

    public static Wording ChoiceNeedsTools(string type) => new("request.choiceNeedsTools", ("type", type));

    public static Wording ChoiceOrFunction(string field, string value) => new("request.choiceOrFunction", ("field", field), ("value", value));

    public static Wording ChoiceOrTool(string field, string value) => new("request.choiceOrTool", ("field", field), ("value", value));

    public static Wording Modalities(string value) => new("request.modalities", ("value", value));

    public static Wording OldFunctions => new("request.oldFunctions");

    public static Wording BestOf => new("request.bestOf");

    public static Wording NoLogprobs => new("request.noLogprobs");

    public static Wording EchoTooLong(long most) => new("request.echoTooLong", ("most", most));

    public static Wording NoTokenArrays(string field) => new("request.noTokenArrays", ("field", field));

    public static Wording NoTokenArraysIn(string field) => new("request.noTokenArraysIn", ("field", field));

    public static Wording UnknownVersion(string header, string version, string first, string second) =>
        new("request.unknownVersion", ("header", header), ("version", version), ("first", first), ("second", second));

    public static Wording TooManyBetas(string header, long most) => new("request.tooManyBetas", ("header", header), ("most", most));

    public static Wording NoBeta(string header, string name, long most) => new("request.noBeta", ("header", header), ("name", name), ("most", most));

    public static Wording NoModel(string name, string id) => new("request.noModel", ("name", name), ("id", id));

    public static Wording WrongPage(long most, string value) => new("request.wrongPage", ("most", most), ("value", value));

    public static Wording HeaderCharacters(string name) => new("request.headerCharacters", ("name", name));

    public static Wording LocalAndCloud(string name) => new("request.localAndCloud", ("name", name));
}
