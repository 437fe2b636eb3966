namespace Dragoman.Gateway.Tests.Stores;

/// <summary>How the answers to transactions are lost.</summary>
public enum AnswerLoss
{
    /// <summary>The connection is cut.</summary>
    Cut,

    /// <summary>A proxy answers with 500.</summary>
    ServerError,

    /// <summary>A proxy answers with 503.</summary>
    Unavailable,

    /// <summary>Nothing is answered.</summary>
    Silence,
}
