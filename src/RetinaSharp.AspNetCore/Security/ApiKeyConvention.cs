using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RetinaSharp.AspNetCore.Detection;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Requests;

namespace RetinaSharp.AspNetCore.Security;

/// <summary>Makes endpoints require an API key.</summary>
/// <remarks>It is no authentication scheme: a scheme of the service would keep the only scheme of an application from being its default one.</remarks>
internal static class ApiKeyConvention
{
    /// <summary>Makes an endpoint need neither a key nor authorization.</summary>
    /// <remarks>Keys have metadata of their own, because an application that calls AllowAnonymous means its own authorization.</remarks>
    public static IEndpointConventionBuilder Open(this IEndpointConventionBuilder endpoint) => endpoint.AllowAnonymous().WithMetadata(NoApiKey.Instance);

    /// <summary>Makes all endpoints require a key, except those that are <see cref="Open"/>.</summary>
    public static void RequireApiKey(this IEndpointConventionBuilder endpoints, ApiKeys keys) => endpoints.Finally(endpoint =>
    {
        if (endpoint.Metadata.OfType<NoApiKey>().Any() || endpoint.RequestDelegate is not { } handle)
            return;
        var format = endpoint.Metadata.OfType<ErrorFormat>().FirstOrDefault() ?? new(Problem.WriteAsync);
        endpoint.RequestDelegate = context => keys.Accept(context.Request) ? handle(context) : RefuseAsync(context, format);
    });

    private static Task RefuseAsync(HttpContext context, ErrorFormat format)
    {
        var error = new RequestException(StatusCodes.Status401Unauthorized, "unauthorized", $"Send an API key as 'Authorization: Bearer KEY' or '{ApiKeys.Header}: KEY'.");
        context.RequestServices.GetRequiredService<ServingMetrics>().RecordRejected(error.Reason);
        context.Response.StatusCode = error.Status;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return format.WriteAsync(context, error);
    }

    private sealed class NoApiKey
    {
        public static readonly NoApiKey Instance = new();
    }
}
