namespace Dragoman.Locales;

/// <summary>What a client reads about a link in its request that cannot be fetched.</summary>
public static class DownloadText
{
    public static Wording CannotBeUsed(string url, Wording why) => new("download.cannotBeUsed", ("url", url), ("why", why));

    public static Wording TooLargeTogether(long most) => new("download.tooLargeTogether", ("most", most));

    public static Wording TooMany(long most, long count) => new("download.tooMany", ("most", most), ("count", count));

    public static Wording NotFetched => new("download.notFetched");

    public static Wording NotPublic => new("download.notPublic");

    public static Wording OnlyWeb => new("download.onlyWeb");

    public static Wording Unreachable => new("download.unreachable");

    public static Wording BrokeOff => new("download.brokeOff");

    public static Wording TooSlow(double seconds) => new("download.tooSlow", ("seconds", seconds));

    public static Wording AnsweredStatus(long status) => new("download.answeredStatus", ("status", status));

    public static Wording TooManyRedirects(long most) => new("download.tooManyRedirects", ("most", most));

    public static Wording TooLarge(long most) => new("download.tooLarge", ("most", most));

    public static Wording NoImage => new("download.noImage");

    public static Wording NoAudio => new("download.noAudio");

    public static Wording NoDocument => new("download.noDocument");
}
