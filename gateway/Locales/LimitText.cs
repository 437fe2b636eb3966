namespace Dragoman.Locales;

/// <summary>What a caller reads whose rate limit does not allow a request.</summary>
public static class LimitText
{
    public static Wording ConcurrentShared(long most, Wording owner, Wording addition) =>
        new("limit.concurrentShared", ("most", most), ("owner", owner), ("addition", addition));

    public static Wording Concurrent(long most, Wording owner, long remaining, Wording addition) =>
        new("limit.concurrent", ("most", most), ("owner", owner), ("remaining", remaining), ("addition", addition));

    public static Wording Requests(long most, Wording owner, long remaining, long wait, long full, Wording addition) =>
        new("limit.requests", ("most", most), ("owner", owner), ("remaining", remaining), ("wait", wait), ("full", full), ("addition", addition));

    public static Wording Tokens(long most, Wording owner, long remaining, long wait, long full, Wording addition) =>
        new("limit.tokens", ("most", most), ("owner", owner), ("remaining", remaining), ("wait", wait), ("full", full), ("addition", addition));

    public static Wording OfOrganization => new("limit.ofOrganization");

    public static Wording OfTeam(string id) => new("limit.ofTeam", ("id", id));

    public static Wording OfUser(string id) => new("limit.ofUser", ("id", id));

    public static Wording OfKey(string id) => new("limit.ofKey", ("id", id));

    public static Wording Addition(Wording why) => new("limit.addition", ("why", why));

    public static Wording Stopping => new("limit.stopping");

    public static Wording LongestWait(string seconds) => new("limit.longestWait", ("seconds", seconds));

    public static Wording RoomFull(long most) => new("limit.roomFull", ("most", most));

    public static Wording RoomFullForTeam(long most) => new("limit.roomFullForTeam", ("most", most));

    public static Wording HasWaited(string seconds) => new("limit.hasWaited", ("seconds", seconds));
}
