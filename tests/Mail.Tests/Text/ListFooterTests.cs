using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class ListFooterTests
{
    private const string Rule = "_______________________________________________";

    [Theory]
    [InlineData("Hello mailing list\nhello@brook.example")]
    [InlineData("Hello mailing list\nhello@brook.example\nhttps://lists.brook.example/mailman/listinfo/hello")]
    [InlineData("Hello mailing list -- hello@brook.example\nTo unsubscribe send an email to hello-leave@brook.example")]
    [InlineData("Mailingliste Vertrieb\nvertrieb@brook.example")]
    [InlineData("Liste de diffusion ventes\nventes@brook.example\nhttps://listes.brook.example/sympa/info/ventes")]
    [InlineData("Lista de correo ventas\nventas@brook.example")]
    [InlineData("Список рассылки sales\nsales@brook.example")]
    [InlineData("メーリングリスト sales\nsales@brook.example")]
    [InlineData("https://lists.brook.example/postorius/lists/hello.brook.example/")]
    public void What_a_mailing_list_writes_below_a_mail_is_not_its_authors(string block) =>
        Assert.Equal("Our order is late.", OwnText.From($"Our order is late.\n\n{Rule}\n{block}\n").Own);

    [Theory]
    [InlineData("Panels 12\nFrames 3")]
    [InlineData("Please call ben@castro.example about it")]
    [InlineData("Shall I write to hello?\nhello@brook.example")]
    [InlineData("And one thing more: the frames are missing, too.")]
    [InlineData("Helloween is near\nhello@brook.example")]
    public void Words_below_a_line_somebody_drew_are_kept(string words)
    {
        var text = $"Our order is late.\n\n{Rule}\n{words}";
        Assert.Contains(words.Split('\n')[0], OwnText.From(text).Own, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_line_is_no_rule()
    {
        var own = OwnText.From("Our order is late.\n__________\nHello list\nhello@brook.example").Own;
        Assert.Contains("Hello list", own, StringComparison.Ordinal);
    }
}
