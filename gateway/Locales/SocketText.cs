namespace Dragoman.Locales;

/// <summary>What a client reads on a WebSocket.</summary>
public static class SocketText
{
    public static Wording Canceled => new("socket.canceled");

    public static Wording Outlived => new("socket.outlived");

    public static Wording TooManyWait(long most, long bytes) => new("socket.tooManyWait", ("most", most), ("bytes", bytes));

    public static Wording NoHandshake => new("socket.noHandshake");

    public static Wording WrongVersion(string version) => new("socket.wrongVersion", ("version", version));

    public static Wording WrongKey(long length) => new("socket.wrongKey", ("length", length));

    public static Wording WrongTypeOfMessage(string create, string cancel, Wording given) =>
        new("socket.wrongTypeOfMessage", ("create", create), ("cancel", cancel), ("given", given));

    public static Wording Absent => new("socket.absent");

    public static Wording Quoted(string text) => new("socket.quoted", ("text", text));

    public static Wording CancelOrAbsent(string given) => new("socket.cancelOrAbsent", ("given", given));

    public static Wording WrongId(string field, long most) => new("socket.wrongId", ("field", field), ("most", most));

    public static Wording WrongStreamId(long most) => new("socket.wrongStreamId", ("most", most));

    public static Wording TooManyStreams(long most) => new("socket.tooManyStreams", ("most", most));
}
