namespace Dragoman.Administration;

/// <summary>By what an administrator was recognized.</summary>
public enum AdminActorKind
{
    /// <summary>The deployment's own key, from the configuration.</summary>
    AdminKey,

    /// <summary>The key of a team.</summary>
    Key,

    /// <summary>The token of an issuer.</summary>
    Token,

    /// <summary>Nothing, because the gateway asks for nothing.</summary>
    Open,

    /// <summary>Nothing: the command line works on the store itself, to which whoever runs it has access anyway.</summary>
    Local,
}
