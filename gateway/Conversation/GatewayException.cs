using Dragoman.Locales;

namespace Dragoman.Conversation;

/// <summary>Carries a <see cref="GatewayError"/> to the place that answers the client.</summary>
public sealed class GatewayException(GatewayError error, Exception? inner = null) : Exception(null, inner)
{
    public GatewayError Error { get; } = error;

    public override string Message => Error.Message;

    /// <summary>A 400 that names the member at fault.</summary>
    public static GatewayException Invalid(string field, Wording text) => new(GatewayError.Invalid(field, text));
}
