namespace Dragoman.Access.Directory;

/// <summary>What a caller may administrate.</summary>
public enum Role
{
    /// <summary>Keys and users of the own team.</summary>
    Lead,

    /// <summary>Reads everything, and changes nothing.</summary>
    Auditor,

    /// <summary>Everything.</summary>
    Admin,

    /// <summary>Reports events of a vault, and nothing else. Only tokens have it.</summary>
    Events,
}
