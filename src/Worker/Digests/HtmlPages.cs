using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CrmSync.Worker.Digests;

/// <summary>Renders Razor components to HTML without a server.</summary>
internal sealed class HtmlPages : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection()
        .AddSingleton(HtmlEncoder.Create(UnicodeRanges.All))
        .BuildServiceProvider();

    /// <summary>The HTML of a component with one parameter, <c>Model</c>.</summary>
    public async Task<string> Render<TComponent>(object model)
        where TComponent : IComponent
    {
        // A renderer keeps every component it has rendered; one a mail lets them go.
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync<TComponent>(
                ParameterView.FromDictionary(new Dictionary<string, object?> { ["Model"] = model }));
            return root.ToHtmlString();
        });
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
