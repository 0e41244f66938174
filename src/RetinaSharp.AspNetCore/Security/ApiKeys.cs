using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RetinaSharp.AspNetCore.Security;

/// <summary>The keys of which a client must send one.</summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    /// <summary>Header with a key, besides <c>Authorization: Bearer</c>.</summary>
    public const string Header = "X-API-Key";

    private const string Bearer = "Bearer ";

    // Hashes have equal lengths, so that comparing them takes the same time for every key.
    private readonly byte[][] _hashes = [.. keys.Select(Hash)];

    /// <summary>Whether a request has one of the keys. All are compared in constant time, so that the time does not tell how much of a key is right.</summary>
    public bool Accept(HttpRequest request)
    {
        string? authorization = request.Headers.Authorization;
        string?[] sent = [authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? authorization[Bearer.Length..].Trim() : null, request.Headers[Header]];
        var isKnown = false;
        foreach (var key in sent.OfType<string>())
        {
            var hash = Hash(key);
            foreach (var known in _hashes)
                isKnown |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return isKnown;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
