namespace Dragoman.Conversation;

/// <summary>Carries a <see cref="GatewayError"/> to the place that answers the client.</summary>
public sealed class GatewayException(GatewayError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public GatewayError Error { get; } = error;

    /// <summary>A 400 that names the member at fault.</summary>
    public static GatewayException Invalid(string field, string message) => new(GatewayError.Invalid(field, message));
}
