namespace Dragoman.Access.Limits;

/// <summary>What a limit counts.</summary>
internal enum LimitKind
{
    /// <summary>Requests that begin within 60 seconds.</summary>
    Requests,

    /// <summary>Tokens of prompts and answers within 60 seconds.</summary>
    Tokens,

    /// <summary>Requests that run at the same time.</summary>
    Concurrent,
}
