namespace Dragoman.Access.Limits;

/// <summary>What a request has of a scope.</summary>
[Flags]
internal enum Taken : byte
{
    Nothing = 0,

    /// <summary>The scope knows that the request exists.</summary>
    Opened = 1,

    /// <summary>One of the requests per minute.</summary>
    Request = 2,

    /// <summary>One of the concurrent requests.</summary>
    Running = 4,

    /// <summary>The scope should ask the other processes for more, before it is needed.</summary>
    Low = 8,

    /// <summary>Nothing, because another object stands for the scope now.</summary>
    Forgotten = 16,
}
