namespace Dragoman.Stores.Ledger;

/// <summary>An account, and what one process holds of it: the arithmetic of every store.</summary>
/// <param name="State">The account.</param>
/// <param name="Lease">The lease of the process.</param>
/// <param name="Assumed">What was assumed of its lease, and not replaced since.</param>
internal sealed record Holding(AccountState State, long Lease, long Assumed)
{
    /// <summary>An account that nobody has used.</summary>
    public static Holding New(string account, long limit) => new(new(account, limit, 0, 0, 0, 0), 0, 0);

    /// <summary>What a batch does to it.</summary>
    public Holding Exchange(AccountExchange exchange, bool isOver, bool isLast)
    {
        var state = isOver ? State : State with { Limit = exchange.Limit };
        // A correction may have taken back more of what is assumed than the process knows.
        var replaced = long.Min(exchange.Settled, long.Min(Assumed, state.Assumed));
        var ofLease = long.Min(exchange.Settled - replaced, Lease);
        state = state with { Assumed = state.Assumed - replaced, Leased = state.Leased - ofLease, Settled = state.Settled + ofLease };
        state = Charge(state, exchange.Settled - replaced - ofLease);

        var lease = Lease - ofLease;
        var change = isOver || isLast ? -lease : long.Min(exchange.Wanted - lease, state.Left);
        return Checked(new(state with { Leased = state.Leased + change }, lease + change, Assumed - replaced));
    }

    /// <summary>What the end of its process does to it: the lease is given back, and what is still assumed of it was not used.</summary>
    public Holding Release()
    {
        var back = long.Min(Assumed, State.Assumed);
        return Checked(new(State with { Leased = State.Leased - Lease, Settled = State.Settled - back, Assumed = State.Assumed - back }, 0, 0));
    }

    /// <summary>What the end of the lease does to it.</summary>
    public Holding Expire() => Checked(new(State with { Leased = State.Leased - Lease, Settled = State.Settled + Lease, Assumed = State.Assumed + Lease }, 0, Assumed + Lease));

    /// <summary>What a correction does to an account.</summary>
    public static AccountState Correct(AccountState state, long amount)
    {
        if (amount >= 0)
            return Checked(state, Charge(state, amount));
        var back = long.Min(-amount, checked(state.Settled + state.Excess));
        var ofExcess = long.Min(back, state.Excess);
        return Checked(state, state with { Excess = state.Excess - ofExcess, Settled = state.Settled - (back - ofExcess), Assumed = long.Max(0, state.Assumed - back) });
    }

    /// <summary>Charges what nobody has leased.</summary>
    private static AccountState Charge(AccountState state, long amount)
    {
        var within = long.Min(amount, state.Left);
        return state with { Settled = state.Settled + within, Excess = checked(state.Excess + amount - within) };
    }

    private static AccountState Checked(AccountState before, AccountState after)
    {
        LedgerLimits.CheckInvariant(before, after);
        return after;
    }

    private Holding Checked(Holding after)
    {
        Checked(State, after.State);
        return after;
    }
}
