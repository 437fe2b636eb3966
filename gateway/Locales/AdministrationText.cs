namespace Dragoman.Locales;

/// <summary>What a person reads about a call to the administration.</summary>
public static class AdministrationText
{
    public static Wording NothingToReload => new("administration.nothingToReload");

    public static Wording Resource(string path) => new("administration.resource", ("path", path));

    public static Wording NoResource(string path, string known) => new("administration.noResource", ("path", path), ("known", known));

    public static Wording NoLedgerResource(string path) => new("administration.noLedgerResource", ("path", path));

    public static Wording NoUserResource(string path) => new("administration.noUserResource", ("path", path));

    public static Wording Team(string id) => new("administration.team", ("id", id));

    public static Wording Key(string id) => new("administration.key", ("id", id));

    public static Wording User(string id, string team) => new("administration.user", ("id", id), ("team", team));

    public static Wording Request(string id) => new("administration.request", ("id", id));

    public static Wording Account(string id) => new("administration.account", ("id", id));

    public static Wording NoListedAccount(string id) => new("administration.noListedAccount", ("id", id));

    public static Wording Needs(Wording needed, Wording roles) => new("administration.needs", ("needed", needed), ("roles", roles));

    public static Wording NeedsOfTeam(Wording needed, Wording roles, string team) =>
        new("administration.needsOfTeam", ("needed", needed), ("roles", roles), ("team", team));

    public static Wording NoRole => new("administration.noRole");

    public static Wording NeedsAnyRole => new("administration.needsAnyRole");

    public static Wording ReadingNeeds(Wording what) => new("administration.readingNeeds", ("what", what));

    public static Wording ChangingNeeds(Wording what) => new("administration.changingNeeds", ("what", what));

    public static Wording ManagingNeeds => new("administration.managingNeeds");

    public static Wording HigherRoleNeeds => new("administration.higherRoleNeeds");

    public static Wording TheOrganization => new("administration.theOrganization");

    public static Wording TheAuditLog => new("administration.theAuditLog");

    public static Wording TheBudgets => new("administration.theBudgets");

    public static Wording TheLedger => new("administration.theLedger");

    public static Wording ChangingOrganization => new("administration.changingOrganization");

    public static Wording CorrectingLedger => new("administration.correctingLedger");

    public static Wording CreatingTeam => new("administration.creatingTeam");

    public static Wording ChangingTeam => new("administration.changingTeam");

    public static Wording DeletingTeam => new("administration.deletingTeam");

    public static Wording KeyRevoked(string id) => new("administration.keyRevoked", ("id", id));

    public static Wording KeyReplaced(string id, string successor) => new("administration.keyReplaced", ("id", id), ("successor", successor));

    public static Wording KeyHasExpired(string id) => new("administration.keyHasExpired", ("id", id));

    public static Wording TeamDeletedMeanwhile(string id) => new("administration.teamDeletedMeanwhile", ("id", id));

    public static Wording TeamExists(string id) => new("administration.teamExists", ("id", id));

    public static Wording TeamHasKeys(string id) => new("administration.teamHasKeys", ("id", id));

    public static Wording UserExists(string team, string id) => new("administration.userExists", ("team", team), ("id", id));

    public static Wording UserHasKeys(string id) => new("administration.userHasKeys", ("id", id));

    public static Wording OthersChangeIt => new("administration.othersChangeIt");

    public static Wording OthersChangeKeys => new("administration.othersChangeKeys");

    public static Wording OthersChangeUsers => new("administration.othersChangeUsers");

    public static Wording RoleLead => new("administration.roleLead");

    public static Wording RoleAuditor => new("administration.roleAuditor");

    public static Wording RoleAdmin => new("administration.roleAdmin");
}
