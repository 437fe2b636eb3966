namespace Dragoman.Access.Budgets;

/// <summary>Whether it is a process's turn to send a message.</summary>
internal enum NoticeTurnKind
{
    /// <summary>It is.</summary>
    Own,

    /// <summary>Another process tries.</summary>
    Others,

    /// <summary>Nobody has to, because it was delivered or given up, or its period is over.</summary>
    Over,
}
