using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>Something that <see cref="SecondTries"/> tries until it succeeds.</summary>
internal interface ITried
{
    /// <summary>Whether part of the answer was sent to the client, so that there is no second try.</summary>
    bool HasBegun { get; }

    /// <exception cref="GatewayException">The try failed.</exception>
    Task TryAsync();

    /// <summary>Does what a row says, for the next try.</summary>
    /// <returns>False when the row does not apply to this failure, or cannot help.</returns>
    /// <exception cref="GatewayException">The cure failed.</exception>
    ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure);
}
