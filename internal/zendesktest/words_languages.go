package zendesktest

var english = words{
	subjects: [5][]string{
		{"I can't log in since this morning", "How do I change the owner of account #?", "Please delete my data", "Two-factor code never arrives"},
		{"Charged twice for invoice #", "Invoice # shows the wrong VAT number", "When will my refund of $~ arrive?", "Update our card on file"},
		{"App crashes when I open desk ~ settings", "Webhook deliveries fail with status 500", "API returns 429 all night", "Height sensor stuck at ~ cm"},
		{"Where is my order ORD-#?", "Order ORD-# arrived damaged", "Wrong lamp in parcel #", "Return label for order #"},
		{"Quote for ~ standing desks", "Do you ship to Iceland?", "Discount for schools?", "Which cable kit fits the Desk Pro?"},
	},
	customer: []string{"I have tried this three times now.", "The tracking page has not changed for a week.", "My colleague has the same problem.",
		"I attached a photo 📷 of the box.", "It worked fine until the last update.", "Could you please look into this today?", "Our reference is #.",
		"We need it before the new office opens.", "I would rather have a replacement than a refund.", "The error says \"code #\"."},
	agent: []string{"I have checked your order and found the reason.", "A replacement leaves our warehouse tomorrow.", "Could you send us the serial number?",
		"I have raised this with our engineers under number #.", "The refund is on its way and takes up to five days.", "Please restart the app and try once more.",
		"Your new invoice is attached.", "Does that answer your question?"},
	hello: []string{"Hi there,", "Hello,", "Good morning,"}, bye: "Kind regards,\nAcme Support",
	first: []string{"Olivia", "Noah", "Amelia", "Liam", "Priya", "Kwame", "Grace", "Ethan", "Siobhán", "Marcus"},
	last:  []string{"O'Connor", "Patel", "Smith", "Okafor", "Nguyen", "Campbell", "Rivera", "Kim", "Thompson", "Walsh"},
}

var german = words{
	subjects: [5][]string{
		{"Anmeldung nicht möglich", "Konto # auf neue Firma umschreiben", "Passwort zurücksetzen geht nicht"},
		{"Rechnung # doppelt abgebucht", "Falsche USt-IdNr. auf Rechnung #", "Wo bleibt meine Rückerstattung?"},
		{"App stürzt beim Öffnen ab", "Tisch fährt nur bis ~ cm", "Schnittstelle meldet Fehler 500"},
		{"Lieferung # kommt zu spät", "Lampe beschädigt angekommen", "Rücksendung zu Bestellung #"},
		{"Angebot über ~ Schreibtische", "Rabatt für Behörden?"},
	},
	customer: []string{"Ich warte nun schon seit einer Woche.", "Die Schraubengröße passt überhaupt nicht.", "Bitte rufen Sie mich zurück.", "Unser Zeichen lautet #.",
		"Über eine schnelle Lösung würde ich mich freuen.", "Ein Foto habe ich beigefügt.", "Seit dem letzten Update funktioniert nichts mehr."},
	agent: []string{"vielen Dank für Ihre Geduld.", "Der Ersatz geht morgen in den Versand.", "Bitte senden Sie uns die Seriennummer.",
		"Die Gutschrift über ~ € ist veranlasst.", "Ist Ihre Frage damit beantwortet?"},
	hello: []string{"Guten Tag,", "Hallo,"}, bye: "Freundliche Grüße\nIhr Acme-Team",
	first: []string{"Jürgen", "Anke", "Lukas", "Käthe", "Mehmet", "Sophie", "Björn", "Ines"},
	last:  []string{"Müller", "Schäfer", "Groß", "Yılmaz", "Weiß", "Köhler", "Bauer", "von der Heide"},
}

var french = words{
	subjects: [5][]string{
		{"Impossible de me connecter", "Changer l’adresse du compte #"}, {"Facture # payée deux fois", "Remboursement toujours pas reçu"},
		{"L’application se ferme toute seule", "Erreur # au démarrage"}, {"Où est ma commande # ?", "Colis abîmé à la livraison"},
		{"Devis pour ~ bureaux", "Livrez-vous en Guadeloupe ?"},
	},
	customer: []string{"J’attends depuis plus d’une semaine.", "C’est la deuxième fois que cela arrive.", "Voici ma référence : #.",
		"Pourriez-vous me répondre rapidement ?", "La pièce livrée n’est pas la bonne.", "Merci d’avance 🙏"},
	agent: []string{"Merci pour votre message.", "Le remplacement part demain.", "Pouvez-vous nous envoyer le numéro de série ?", "Le remboursement a été effectué."},
	hello: []string{"Bonjour,"}, bye: "Cordialement,\nL’équipe Acme",
	first: []string{"Chloé", "Éric", "Anaïs", "François", "Zoé", "Loïc"}, last: []string{"Lefèvre", "Dupont", "Garçon", "N’Diaye", "Béranger", "Roux"},
}

var spanish = words{
	subjects: [5][]string{
		{"No puedo iniciar sesión"}, {"Cobro duplicado en la factura #"}, {"La aplicación falla con el error #"},
		{"¿Dónde está mi pedido #?", "El paquete llegó dañado"}, {"Presupuesto para ~ mesas"},
	},
	customer: []string{"Llevo esperando diez días.", "Ya lo he intentado varias veces.", "Mi número de referencia es #.", "¿Pueden ayudarme hoy mismo?"},
	agent:    []string{"Gracias por escribirnos.", "El reembolso está en camino.", "¿Podría enviarnos el número de serie?"},
	hello:    []string{"Hola:"}, bye: "Un saludo,\nAcme", first: []string{"Iñaki", "María", "José", "Lucía"}, last: []string{"Núñez", "García", "Peña", "Ibáñez"},
}

var portuguese = words{
	subjects: [5][]string{
		{"Não consigo entrar na minha conta"}, {"Cobrança em dobro da fatura #"}, {"O aplicativo trava na tela #"},
		{"Pedido # ainda não chegou"}, {"Orçamento para ~ mesas"},
	},
	customer: []string{"Estou esperando há duas semanas.", "Já tentei várias vezes.", "Meu protocolo é #.", "Podem resolver ainda hoje?"},
	agent:    []string{"Obrigado pelo contato.", "A devolução já foi processada.", "Pode nos enviar o número de série?"},
	hello:    []string{"Olá,"}, bye: "Atenciosamente,\nAcme", first: []string{"João", "Conceição", "Antônio", "Luísa"}, last: []string{"Araújo", "Gonçalves", "Simões", "Brandão"},
}

var japanese = words{
	subjects: [5][]string{
		{"ログインできません"}, {"請求書#が二重に請求されています"}, {"アプリが起動時に落ちます"}, {"注文#はいつ届きますか", "商品が破損していました"}, {"デスク~台の見積もりをお願いします"},
	},
	customer: []string{"一週間待っていますが届きません。", "写真を添付しました。", "参照番号は#です。", "至急ご確認をお願いいたします。"},
	agent:    []string{"お問い合わせありがとうございます。", "代替品を明日発送いたします。", "シリアル番号をお知らせください。"},
	hello:    []string{"お世話になっております。"}, bye: "Acme サポート", first: []string{"陽子", "健太", "さくら", "翔"}, last: []string{"佐藤", "中村", "髙橋", "渡邉"},
}
