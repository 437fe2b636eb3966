namespace Dragoman.Locales;

/// <summary>What a client reads when the gateway itself does not serve a request.</summary>
public static class GatewayText
{
    public static Wording UnknownUrl(string method, string path) => new("gateway.unknownUrl", ("method", method), ("path", path));

    public static Wording Failed(string requestId) => new("gateway.failed", ("requestId", requestId));

    public static Wording NoWebSocket => new("gateway.noWebSocket");

    public static Wording MethodNotAllowed(string path, string allowed, string method) =>
        new("gateway.methodNotAllowed", ("path", path), ("allowed", allowed), ("method", method));

    public static Wording NotThroughFront => new("gateway.notThroughFront");

    public static Wording FrontKeyAway => new("gateway.frontKeyAway");

    public static Wording ConnectNotAllowed => new("gateway.connectNotAllowed");

    public static Wording NotImplemented(string method, string path) => new("gateway.notImplemented", ("method", method), ("path", path));

    public static Wording Restarting => new("gateway.restarting");

    public static Wording NoConnections => new("gateway.noConnections");

    public static Wording Full => new("gateway.full");

    public static Wording NeverFits(long mebibytes) => new("gateway.neverFits", ("mebibytes", mebibytes));

    public static Wording BodyUnreadable => new("gateway.bodyUnreadable");

    public static Wording BodyTooLarge(long most) => new("gateway.bodyTooLarge", ("most", most));

    public static Wording BodyTooSlow => new("gateway.bodyTooSlow");

    public static Wording BodyNotUtf8 => new("gateway.bodyNotUtf8");

    public static Wording BodyNotJson(string problem) => new("gateway.bodyNotJson", ("problem", problem));

    public static Wording TooMuchWork(double seconds) => new("gateway.tooMuchWork", ("seconds", seconds));

    public static Wording StoreNeeded => new("gateway.storeNeeded");

    public static Wording TooManyWatch(long most) => new("gateway.tooManyWatch", ("most", most));
}
