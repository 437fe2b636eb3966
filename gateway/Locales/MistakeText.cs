namespace Dragoman.Locales;

/// <summary>What is wrong with a member of a body, a parameter or a header of a call to the administration. It continues a sentence that begins with its name.</summary>
public static class MistakeText
{
    public static Wording NotUtf8 => new("mistake.notUtf8");

    public static Wording NotJson(string problem) => new("mistake.notJson", ("problem", problem));

    public static Wording HalfPairInName => new("mistake.halfPairInName");

    public static Wording HalfPair => new("mistake.halfPair");

    public static Wording NoObject(Wording kind) => new("mistake.noObject", ("kind", kind));

    public static Wording NotAsWanted(Wording wanted, Wording kind) => new("mistake.notAsWanted", ("wanted", wanted), ("kind", kind));

    public static Wording Text => new("mistake.text");

    public static Wording TextOrNull => new("mistake.textOrNull");

    public static Wording TextOrNullForTag => new("mistake.textOrNullForTag");

    public static Wording AnObject => new("mistake.anObject");

    public static Wording AList => new("mistake.aList");

    public static Wording Required => new("mistake.required");

    public static Wording RequiredUnlessTeam => new("mistake.requiredUnlessTeam");

    public static Wording NoFlag(Wording kind) => new("mistake.noFlag", ("kind", kind));

    public static Wording NoNumber(long least, long most, Wording kind) => new("mistake.noNumber", ("least", least), ("most", most), ("kind", kind));

    public static Wording NoMoney(long most, Wording kind) => new("mistake.noMoney", ("most", most), ("kind", kind));

    public static Wording NoChange(long most) => new("mistake.noChange", ("most", most));

    public static Wording NoPart(Wording kind) => new("mistake.noPart", ("kind", kind));

    public static Wording NoTime => new("mistake.noTime");

    public static Wording WrongTime(string now, long days) => new("mistake.wrongTime", ("now", now), ("days", days));

    public static Wording NoTexts(Wording kind) => new("mistake.noTexts", ("kind", kind));

    public static Wording TooManyEntries(long count, long most) => new("mistake.tooManyEntries", ("count", count), ("most", most));

    public static Wording ListedTwice => new("mistake.listedTwice");

    public static Wording ObjectOrNull(Wording kind) => new("mistake.objectOrNull", ("kind", kind));

    public static Wording TooManyTagBudgets(long count, long most) => new("mistake.tooManyTagBudgets", ("count", count), ("most", most));

    public static Wording TooManyTags(long count, long most) => new("mistake.tooManyTags", ("count", count), ("most", most));

    public static Wording NoRole(string roles) => new("mistake.noRole", ("roles", roles));

    public static Wording NoMemberAllowed => new("mistake.noMemberAllowed");

    public static Wording UnknownMember(string known) => new("mistake.unknownMember", ("known", known));

    public static Wording NoParameterAllowed => new("mistake.noParameterAllowed");

    public static Wording UnknownParameter(string known) => new("mistake.unknownParameter", ("known", known));

    public static Wording Empty => new("mistake.empty");

    public static Wording GivenTwice => new("mistake.givenTwice");

    public static Wording NoWholeNumber(long least, long most) => new("mistake.noWholeNumber", ("least", least), ("most", most));

    public static Wording TrueOrFalse => new("mistake.trueOrFalse");

    public static Wording NoNext => new("mistake.noNext");

    public static Wording NotWithTeam => new("mistake.notWithTeam");

    public static Wording OnlyWithTeam => new("mistake.onlyWithTeam");

    public static Wording AloneOrWithTeam => new("mistake.aloneOrWithTeam");

    public static Wording NotWithExpiresAt => new("mistake.notWithExpiresAt");

    public static Wording NoEtags => new("mistake.noEtags");

    public static Wording NoIdempotencyKey(long most) => new("mistake.noIdempotencyKey", ("most", most));

    public static Wording TooLargeState(long length, long most) => new("mistake.tooLargeState", ("length", length), ("most", most));

    public static Wording NoUserOfTeam(string team) => new("mistake.noUserOfTeam", ("team", team));

    public static Wording NoAccount(long most) => new("mistake.noAccount", ("most", most));

    public static Wording NotOneOf(string allowed) => new("mistake.notOneOf", ("allowed", allowed));

    public static Wording NotAnswered(Wording reason) => new("mistake.notAnswered", ("reason", reason));

    public static Wording NotAfterFrom => new("mistake.notAfterFrom");

    public static Wording NoGroups(string spans, string dimensions) => new("mistake.noGroups", ("spans", spans), ("dimensions", dimensions));

    public static Wording NoDay => new("mistake.noDay");

    public static Wording NoTeamId => new("mistake.noTeamId");

    public static Wording NoUserId => new("mistake.noUserId");

    public static Wording WrongLength(long most, long length) => new("mistake.wrongLength", ("most", most), ("length", length));

    public static Wording ControlCharacters => new("mistake.controlCharacters");

    public static Wording SpacesOrControls => new("mistake.spacesOrControls");

    public static Wording NoTagName(long most) => new("mistake.noTagName", ("most", most));

    public static Wording NoTag => new("mistake.noTag");

    public static Wording NoTimeZone => new("mistake.noTimeZone");

    public static Wording NoPath => new("mistake.noPath");

    public static Wording NoNetwork => new("mistake.noNetwork");
}
