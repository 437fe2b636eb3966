using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Secrets;

public sealed class RotatingSecretTests
{
    private static readonly SecretException Away = new("The vault is away", SecretFault.Unreachable);

    private readonly ManualTimeProvider clock = new();
    private readonly RecordedLog log = new();
    private readonly ScriptedReader reader;
    private readonly RotatingSecret secret;

    public RotatingSecretTests()
    {
        reader = new(clock, "old");
        secret = reader.ToSecret(log);
    }

    [Fact]
    public async Task Nothing_is_read_before_it_is_needed_and_then_once_for_all()
    {
        Assert.Equal(0, reader.Reads);
        var gate = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        reader.Answer = _ => gate.Task;
        using var leaving = new CancellationTokenSource();
        var left = secret.GetAsync(leaving.Token).AsTask();
        var waiting = Enumerable.Range(0, 100).Select(_ => secret.GetAsync(CancellationToken.None).AsTask()).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.SetResult("old");
        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal("old", value));
        Assert.Equal(1, reader.Reads);
    }

    [Fact]
    public async Task A_known_value_is_given_at_once_and_without_garbage()
    {
        await secret.GetAsync(CancellationToken.None);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var given = 0;
        for (var round = 0; round < 1000; round++)
        {
            // Without a wait the thread stays the same.
            if (await secret.GetAsync(CancellationToken.None) == "old")
                given++;
        }

        Assert.Equal((1000, 0), (given, GC.GetAllocatedBytesForCurrentThread() - before));
        Assert.Equal(1, reader.Reads);
    }

    [Fact]
    public async Task It_is_read_again_before_its_time_is_over_while_the_old_value_is_given()
    {
        await secret.GetAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(47));
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        Assert.Equal(1, reader.Reads);
        reader.Answer = _ => Task.FromResult("new");
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        await UntilAsync("new");
        await QuietAsync();
        Assert.Equal(2, reader.Reads);
        Assert.Contains(log.Lines, line => line == "keyvault:key has a new value, which is used from now on.");
        Assert.Equal("old", secret.PreviousWithin(TimeSpan.FromMinutes(5)));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(secret.PreviousWithin(TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_value_that_nobody_has_used_in_its_lifetime_is_read_before_it_is_used_again()
    {
        await secret.GetAsync(CancellationToken.None);
        reader.Answer = _ => Task.FromResult("new");
        clock.Advance(TimeSpan.FromHours(10));
        Assert.False(secret.IsInUse);
        var users = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => secret.GetAsync(CancellationToken.None).AsTask()));
        Assert.All(users, value => Assert.Equal("new", value));
        Assert.Equal(2, reader.Reads);
        Assert.True(secret.IsInUse);
    }

    [Fact]
    public async Task A_vault_that_hangs_delays_those_who_have_an_old_value_for_two_seconds_once()
    {
        await secret.GetAsync(CancellationToken.None);
        var silence = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        reader.Answer = _ => silence.Task;
        clock.Advance(TimeSpan.FromHours(10));
        var began = clock.GetUtcNow();
        var first = secret.GetAsync(CancellationToken.None).AsTask();
        await clock.PassUntilAsync(first);
        Assert.Equal("old", await first);
        Assert.InRange((clock.GetUtcNow() - began).TotalSeconds, 1.9, 10);
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        silence.SetException(Away);
        await QuietAsync();
        clock.Advance(TimeSpan.FromHours(1));
        reader.Answer = _ => new TaskCompletionSource<string>().Task;
        Assert.True(secret.GetAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_secret_that_is_never_read_again_has_no_age_that_says_something()
    {
        var vault = new KeyVaultSettings(new("https://name.vault.azure.net"), TimeSpan.FromHours(1), VerifiesChallenge: false);
        using var store = new SecretStore(clock, _ => reader);
        await store.Of(SecretReference.Read("keyvault:key/1", _ => null, vault)).GetAsync(CancellationToken.None);
        await store.Of(SecretReference.Read("keyvault:key", _ => null, vault)).GetAsync(CancellationToken.None);
        Assert.Single(store.Ages());
        clock.Advance(TimeSpan.FromHours(10));
        Assert.Empty(store.Ages());
    }

    [Fact]
    public async Task The_old_value_stays_while_the_vault_is_away_and_the_log_says_how_old_it_is()
    {
        await secret.GetAsync(CancellationToken.None);
        reader.Answer = _ => throw Away;
        for (var minute = 0; minute < 120; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
            await QuietAsync();
        }

        Assert.Equal(TimeSpan.FromHours(2), secret.Age);
        // After 48 minutes, once a minute.
        Assert.InRange(reader.Reads, 60, 80);
        Assert.InRange(log.Lines.Count, 7, 8);
        Assert.Equal("A secret cannot be read again: The vault is away. Its value of 00:48:00 ago stays in use.", log.Lines.First());
    }

    [Fact]
    public async Task A_failure_is_remembered_for_a_time_that_doubles()
    {
        reader.Answer = _ => throw Away;
        for (var second = 0; second < 60; second++)
        {
            for (var caller = 0; caller < 10; caller++)
                Assert.Equal((Away.Message, SecretFault.Unreachable), await FailureAsync());
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(6, reader.Reads);
        reader.Answer = _ => Task.FromResult("there");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("there", await secret.GetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_vault_says_when_to_ask_again()
    {
        reader.Answer = _ => throw new SecretException("too many", SecretFault.Throttled) { RetryAfter = TimeSpan.FromSeconds(30) };
        await FailureAsync();
        clock.Advance(TimeSpan.FromSeconds(29));
        await FailureAsync();
        Assert.Equal(1, reader.Reads);
        clock.Advance(TimeSpan.FromSeconds(2));
        await FailureAsync();
        Assert.Equal(2, reader.Reads);
    }

    [Fact]
    public async Task After_a_refusal_one_read_serves_all()
    {
        await secret.GetAsync(CancellationToken.None);
        reader.Answer = _ => Task.FromResult("new");
        var others = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => secret.GetOtherAsync("old", CancellationToken.None).AsTask()));
        Assert.All(others, other => Assert.Equal("new", other));
        Assert.Equal("new", await secret.GetAsync(CancellationToken.None));
        Assert.Equal(2, reader.Reads);
    }

    [Fact]
    public async Task A_wrong_key_does_not_make_the_vault_busy()
    {
        await secret.GetAsync(CancellationToken.None);
        for (var tenth = 0; tenth < 100; tenth++)
        {
            Assert.Null(await secret.GetOtherAsync("old", CancellationToken.None));
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1 + 2, reader.Reads);
    }

    [Fact]
    public async Task A_read_that_began_before_the_refusal_may_have_seen_the_old_value()
    {
        await secret.GetAsync(CancellationToken.None);
        var early = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        reader.Answer = _ => early.Task;
        clock.Advance(TimeSpan.FromMinutes(50));
        await secret.GetAsync(CancellationToken.None);
        var other = secret.GetOtherAsync("old", CancellationToken.None).AsTask();
        reader.Answer = _ => Task.FromResult("new");
        early.SetResult("old");
        Assert.Equal("new", await other);
    }

    [Fact]
    public async Task The_value_before_is_tried_while_the_provider_does_not_know_the_new_one_and_stays_in_use_if_it_is_accepted()
    {
        await secret.GetAsync(CancellationToken.None);
        reader.Answer = _ => Task.FromResult("new");
        clock.Advance(TimeSpan.FromMinutes(50));
        await secret.GetAsync(CancellationToken.None);
        await UntilAsync("new");
        Assert.Equal("old", await secret.GetOtherAsync("new", CancellationToken.None));
        secret.Prefer("old");
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        // The provider has dropped it.
        Assert.Equal("new", await secret.GetOtherAsync("old", CancellationToken.None));
        secret.Prefer("new");
        Assert.Equal("new", await secret.GetAsync(CancellationToken.None));
        Assert.Null(await secret.GetOtherAsync("new", CancellationToken.None));
    }

    [Fact]
    public async Task Ten_minutes_after_it_was_replaced_a_value_is_not_tried_again()
    {
        await secret.GetAsync(CancellationToken.None);
        reader.Answer = _ => Task.FromResult("new");
        Assert.Equal("new", await secret.GetOtherAsync("old", CancellationToken.None));
        clock.Advance(RotatingSecret.Overlap);
        Assert.Null(await secret.GetOtherAsync("new", CancellationToken.None));
    }

    [Fact]
    public async Task A_value_that_nobody_knows_is_not_preferred()
    {
        await secret.GetAsync(CancellationToken.None);
        secret.Prefer("invented");
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Whatever_fails_nobody_waits_for_ever()
    {
        reader.Answer = _ => throw new InvalidTimeZoneException("unexpected");
        var error = await Assert.ThrowsAsync<SecretException>(() => secret.GetAsync(CancellationToken.None).AsTask());
        Assert.Equal("keyvault:key was not read: InvalidTimeZoneException", error.Message);
    }

    [Fact]
    public async Task A_new_version_of_one_secret_of_a_vault_is_read_at_its_next_use()
    {
        var readers = new Dictionary<string, ScriptedReader>();
        using var store = new SecretStore(clock, reference => readers[$"{reference.Vault!.Uri.Host} {reference.Name}"] = new ScriptedReader(clock, reference.Name));
        var secrets = new[] { ("a", "https://one.vault.azure.net"), ("b", "https://one.vault.azure.net"), ("a", "https://two.vault.azure.net") }
            .Select(each => store.Of(ScriptedReader.Reference(each.Item1, new Uri(each.Item2)))).ToList();
        foreach (var each in secrets)
            await each.GetAsync(CancellationToken.None);
        store.OnNewVersion("ONE.vault.azure.net", "A");
        foreach (var each in secrets)
            await each.GetAsync(CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => readers["one.vault.azure.net a"].Reads == 2, TimeSpan.FromSeconds(30)));
        Assert.Equal([1, 1], [readers["one.vault.azure.net b"].Reads, readers["two.vault.azure.net a"].Reads]);
        Assert.Same(secrets[0], store.Of(ScriptedReader.Reference("a", new Uri("https://one.vault.azure.net"))));
    }

    private async Task<(string, SecretFault)> FailureAsync()
    {
        var error = await Assert.ThrowsAsync<SecretException>(() => secret.GetAsync(CancellationToken.None).AsTask());
        return (error.Message, error.Fault);
    }

    /// <summary>Waits until the secret has a value that is read in the background.</summary>
    private async Task UntilAsync(string value)
    {
        while (await secret.GetAsync(CancellationToken.None) != value)
            await Task.Yield();
    }

    /// <summary>Lets a read in the background come to its end.</summary>
    private Task QuietAsync() => secret.IdleAsync();
}
