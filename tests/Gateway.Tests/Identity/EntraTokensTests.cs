using Azure;
using Azure.Core;
using Azure.Identity;
using Dragoman.Identity;

namespace Dragoman.Gateway.Tests.Identity;

public sealed class EntraTokensTests
{
    public static TheoryData<Exception, string> Failures => new()
    {
        { new AuthenticationFailedException("sentinel-tenant"), "gave the gateway no token" },
        { new RequestFailedException(500, "sentinel-tenant"), "cannot be reached" },
        { new OperationCanceledException("sentinel-tenant"), "in time" },
        { new AggregateException(new InvalidOperationException("sentinel-tenant")), "gave the gateway no token" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_keeps_a_token_away_is_told_without_its_own_words(Exception failure, string expected)
    {
        var tokens = new EntraTokens(() => new FailingCredential(failure), TimeProvider.System);
        var error = await Assert.ThrowsAsync<EntraException>(async () => await tokens.GetAsync("scope", CancellationToken.None));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_cannot_be_made_is_told_too()
    {
        var tokens = new EntraTokens(() => throw new ArgumentException("sentinel"), TimeProvider.System);
        var error = await Assert.ThrowsAsync<EntraException>(async () => await tokens.GetAsync("scope", CancellationToken.None));
        Assert.Equal(("Microsoft Entra ID gave the gateway no token.", "sentinel"), (error.Message, error.Details));
    }

    public static TheoryData<Exception> CalledOff => [new OperationCanceledException(), new AuthenticationFailedException("called off")];

    [Theory]
    [MemberData(nameof(CalledOff))]
    public async Task A_caller_who_leaves_is_no_failure(Exception failure)
    {
        var tokens = new EntraTokens(() => new FailingCredential(failure), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tokens.GetAsync("scope", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task An_Entra_that_says_nothing_delays_nobody_who_has_a_token_that_works()
    {
        var clock = new ManualTimeProvider();
        var credential = new SilentCredential(clock);
        var tokens = new EntraTokens(() => credential, clock);
        Assert.Equal("a", await tokens.GetAsync("a", CancellationToken.None));
        clock.Advance(TimeSpan.FromMinutes(56));
        credential.IsSilent = true;
        Assert.Equal("a", await tokens.GetAsync("a", CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("a", await tokens.GetAsync("a", CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await credential.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        // Another scope is not delayed either, and the wait for the silent one has a limit.
        credential.IsSilent = false;
        Assert.Equal("b", await tokens.GetAsync("b", CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                // The failure is remembered for a moment.
                clock.Advance(TimeSpan.FromSeconds(1));
                return tokens.GetAsync("a", CancellationToken.None).AsTask() is { IsCompletedSuccessfully: true, Result: "a" };
            },
            TimeSpan.FromSeconds(30)));
    }

    private sealed class SilentCredential(TimeProvider clock) : TokenCredential
    {
        public bool IsSilent { get; set; }

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(requestContext.Scopes[0], clock.GetUtcNow() + TimeSpan.FromHours(1));

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            if (IsSilent)
            {
                Asked.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return GetToken(requestContext, cancellationToken);
        }
    }

    private sealed class FailingCredential(Exception failure) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw failure;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw failure;
    }

    [Fact]
    public async Task One_fetch_answers_all_who_wait_and_Azures_clients_share_it()
    {
        var credential = new HeldCredential();
        var tokens = new EntraTokens(() => credential, TimeProvider.System);
        var waiting = Enumerable.Range(0, 50).Select(_ => tokens.GetAsync("scope", CancellationToken.None).AsTask())
            .Append(Task.Run(async () => (await tokens.Credential.GetTokenAsync(new TokenRequestContext(["scope"]), CancellationToken.None)).Token)).ToList();
        credential.Answer.SetResult(new AccessToken("token", DateTimeOffset.UtcNow + TimeSpan.FromHours(1)));
        Assert.All(await Task.WhenAll(waiting), token => Assert.Equal("token", token));
        Assert.Equal(1, credential.Calls);
    }

    /// <summary>A vault names its tenant, and a service that has revoked a token asks for claims.</summary>
    [Fact]
    public async Task A_tenant_has_tokens_of_its_own_and_claims_are_always_asked_for()
    {
        var credential = new HeldCredential();
        credential.Answer.SetResult(new AccessToken("token", DateTimeOffset.UtcNow + TimeSpan.FromHours(1)));
        var tokens = new EntraTokens(() => credential, TimeProvider.System);
        foreach (var (tenant, claims) in new (string?, string?)[] { (null, null), ("t", null), ("t", null), (null, null), ("t", "{}"), ("t", "{}") })
            await tokens.Credential.GetTokenAsync(new TokenRequestContext(["scope"], claims: claims, tenantId: tenant), CancellationToken.None);
        Assert.Equal([(null, null), ("t", null), ("t", "{}"), ("t", "{}")], credential.Asked.Select(asked => (asked.TenantId, asked.Claims)));
    }

    [Fact]
    public async Task The_log_says_why_there_is_no_token_once_a_minute()
    {
        var (clock, log) = (new ManualTimeProvider(), new RecordedLog());
        var tokens = new EntraTokens(() => new FailingCredential(new EntraException(new CredentialUnavailableException("x"), [new("managed", "no endpoint", "turn it on", true)])), clock) { Logger = log };
        for (var second = 0; second < 61; second += 20)
        {
            await Assert.ThrowsAsync<EntraException>(async () => await tokens.GetAsync("scope", CancellationToken.None));
            clock.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("no token for scope: The gateway found no credential", log.Lines.First(), StringComparison.Ordinal);
        Assert.EndsWith("Tried: managed: no endpoint (turn it on)", log.Lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_remembered_for_a_time_that_doubles()
    {
        var (clock, asked) = (new ManualTimeProvider(), 0);
        var tokens = new EntraTokens(
            () => DelegatedTokenCredential.Create((_, _) => ++asked == 7 ? new AccessToken("there", DateTimeOffset.MaxValue) : throw new CredentialUnavailableException("none")), clock);
        for (var second = 0; second < 60; second++)
        {
            for (var caller = 0; caller < 10; caller++)
                await Assert.ThrowsAsync<EntraException>(async () => await tokens.GetAsync("scope", CancellationToken.None));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        // After 0, 1, 3, 7, 15 and 31 seconds.
        Assert.Equal(6, asked);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("there", await tokens.GetAsync("scope", CancellationToken.None));
    }

    private sealed class HeldCredential : TokenCredential
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<TokenRequestContext> asked = [];

        public TaskCompletionSource<AccessToken> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyCollection<TokenRequestContext> Asked => asked;

        public int Calls => asked.Count;

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            asked.Enqueue(requestContext);
            return await Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
