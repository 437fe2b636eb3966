namespace Dragoman.Stores;

/// <summary>What an exception of a client library says about the store.</summary>
internal enum StoreFailure
{
    /// <summary>Nothing: it is a defect of the caller, and passed on.</summary>
    None,

    /// <summary>Another writer was first. The call may be tried again until its time is over.</summary>
    Contended,

    /// <summary>The store did not answer. The call may be tried again a few times.</summary>
    Away,

    /// <summary>The store answers, but not before somebody has repaired something: a password, a right, a file.</summary>
    Broken,
}
