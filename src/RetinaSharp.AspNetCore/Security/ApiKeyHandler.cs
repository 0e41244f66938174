using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Detection;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.OpenInference;

namespace RetinaSharp.AspNetCore.Security;

/// <summary>Authenticates clients by the keys of <see cref="ServingOptions.ApiKeys"/>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder, IOptions<ServingOptions> options, ServingMetrics metrics)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    /// <summary>Name of the authentication scheme and of the authorization policy.</summary>
    public const string SchemeName = "RetinaSharp.ApiKey";

    private const string Header = "X-API-Key", Bearer = "Bearer ";

    // Hashes have equal lengths, so that comparing them takes the same time for every key.
    private readonly byte[][] _hashes = [.. options.Value.ApiKeys.Select(Hash)];

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? authorization = Request.Headers.Authorization;
        var key = authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : (string?)Request.Headers[Header];
        if (string.IsNullOrEmpty(key))
            return Task.FromResult(AuthenticateResult.NoResult());
        var hash = Hash(key);
        var isKnown = false;
        foreach (var known in _hashes)
            isKnown |= CryptographicOperations.FixedTimeEquals(known, hash);
        return Task.FromResult(isKnown
            ? AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity(SchemeName)), SchemeName))
            : AuthenticateResult.Fail("The API key is unknown."));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var error = new RequestException(StatusCodes.Status401Unauthorized, "unauthorized", $"Send an API key as 'Authorization: Bearer KEY' or '{Header}: KEY'.");
        metrics.RecordRejected(error.Reason);
        Response.StatusCode = error.Status;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Request.Path.StartsWithSegments("/v2") ? MetadataEndpoints.WriteErrorAsync(Context, error) : Problem.WriteAsync(Context, error);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
