using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Dragoman.Stores;

/// <summary>Signs each try of a request with the key of a storage account.</summary>
/// <remarks>Wire facts: "Authorize with Shared Key", section "Shared Key Lite and Table service authorization", of Microsoft Learn.</remarks>
/// <param name="account">The name of the account.</param>
/// <param name="key">The bytes of its key.</param>
/// <param name="clock">The time of the signature, which the service accepts for 15 minutes.</param>
internal sealed class SharedKeyPolicy(string account, byte[] key, TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var date = clock.GetUtcNow().ToString("R", null);
        // Of an emulator the account is in the path too, and so twice in what is signed.
        var signed = Encoding.UTF8.GetBytes($"{date}\n/{account}{message.Request.Uri.ToUri().AbsolutePath}");
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue("Authorization", $"SharedKeyLite {account}:{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
    }
}
