namespace Dragoman.Locales;

/// <summary>What a caller reads whom the gateway does not admit.</summary>
public static class AccessText
{
    public static Wording StoreAway => new("access.storeAway");

    public static Wording AdminKeyAway => new("access.adminKeyAway");

    public static Wording KeysNotAccepted => new("access.keysNotAccepted");

    public static Wording TokensNotAccepted => new("access.tokensNotAccepted");

    public static Wording KeyRevoked(string time) => new("access.keyRevoked", ("time", time));

    public static Wording KeyExpired(string time) => new("access.keyExpired", ("time", time));

    public static Wording KeyMissing => new("access.keyMissing");

    public static Wording TooManyWrong => new("access.tooManyWrong");

    public static Wording NotValid => new("access.notValid");

    public static Wording NoTeam => new("access.noTeam");

    public static Wording TeamDisabled => new("access.teamDisabled");

    public static Wording UserDisabled => new("access.userDisabled");

    public static Wording ManyAuthorizations => new("access.manyAuthorizations");

    public static Wording UnknownScheme => new("access.unknownScheme");

    public static Wording BasicNotBase64 => new("access.basicNotBase64");

    public static Wording BasicWithoutPassword => new("access.basicWithoutPassword");

    public static Wording ManyHeaders(string name) => new("access.manyHeaders", ("name", name));

    public static Wording TwoCredentials => new("access.twoCredentials");

    public static Wording StrangeCharacters => new("access.strangeCharacters");

    public static Wording TooLong(long most) => new("access.tooLong", ("most", most));

    public static Wording TokenMalformed => new("access.tokenMalformed");

    public static Wording TokenEncrypted => new("access.tokenEncrypted");

    public static Wording TokenUnknownIssuer => new("access.tokenUnknownIssuer");

    public static Wording TokenAlgorithm => new("access.tokenAlgorithm");

    public static Wording TokenUnknownKey => new("access.tokenUnknownKey");

    public static Wording TokenBadSignature => new("access.tokenBadSignature");

    public static Wording TokenExpired => new("access.tokenExpired");

    public static Wording TokenNotYetValid => new("access.tokenNotYetValid");

    public static Wording TokenNoLifetime => new("access.tokenNoLifetime");

    public static Wording TokenWrongAudience => new("access.tokenWrongAudience");

    public static Wording TokenNoRule => new("access.tokenNoRule");

    public static Wording TokenGroupOverage => new("access.tokenGroupOverage");

    public static Wording TokenIssuerAway => new("access.tokenIssuerAway");

    public static Wording TokenRefused => new("access.tokenRefused");

    public static Wording AddressNotAllowed(Wording scope, string address, Wording allowed) =>
        new("access.addressNotAllowed", ("scope", scope), ("address", address), ("allowed", allowed));

    public static Wording PathNotAllowed(Wording scope, string path, Wording allowed) =>
        new("access.pathNotAllowed", ("scope", scope), ("path", path), ("allowed", allowed));

    public static Wording ModelNotAllowed(Wording scope, string name, Wording allowed) =>
        new("access.modelNotAllowed", ("scope", scope), ("name", name), ("allowed", allowed));

    public static Wording OfOrganization => new("access.ofOrganization");

    public static Wording OfTeam(string id) => new("access.ofTeam", ("id", id));

    public static Wording OfKey(string id) => new("access.ofKey", ("id", id));

    public static Wording Nothing => new("access.nothing");

    public static Wording TeamNeeded => new("access.teamNeeded");

    public static Wording OpenToThisMachine => new("access.openToThisMachine");

    public static Wording EventsKeyAway => new("access.eventsKeyAway");

    public static Wording NoVault => new("access.noVault");

    public static Wording NotEventGrid(string origins) => new("access.notEventGrid", ("origins", origins));

    public static Wording EventsNeedRole => new("access.eventsNeedRole");

    public static Wording ConfigurationNeedsRole => new("access.configurationNeedsRole");

    public static Wording ReloadNeedsRole => new("access.reloadNeedsRole");

    public static Wording PricesNeedRole => new("access.pricesNeedRole");

    public static Wording WatchingNeedsRole => new("access.watchingNeedsRole");
}
